/* What the page says of claims, of advice, of what evidence rests on, and of grounding over many runs, in Korean. */
const claims = {
  corrected: "정정됨",
  correctedMeans: "근거가 허용하는 유일한 값을 코드가 넣었습니다.",
  wasSaid: (name, said, now) => `${name}: 원래 ${said}, 근거는 ${now}`,
  wasSaidOnly: (name, said) => `${name}: 원래 ${said}`,
  slots: {
    value: "값", subject: "대상", unit: "단위", window: "구간", direction: "방향", change_pct: "변화율", change: "변화", metric: "지표",
    order: "순서", rank: "순위", first: "첫째", second: "둘째", at: "시각", what: "내용", by: "기준", items: "이름", agg: "집계", count: "건수",
  },
  why: "가능성에 그치는 까닭",
  removedHint: "초안에 있었지만 확인을 통과하지 못했습니다. 답변에 속하지 않습니다.",
};

const grounded = {
  how: "점수가 나온 과정",
  score: "점수",
  product: (g, precision, coverage) => `${g} = 100 × ${precision} × ${coverage}`,
  precision: "성립하는 주장",
  precisionMeans: (n) => `게시한 주장 ${n}건 중 가중 비율; 원인과 조치의 비중이 가장 큼`,
  coverage: "다룬 낱말",
  coverageMeans: "답변의 수치, 이름, 시각 중 주장이 뒷받침하는 비율",
  draft: "초안",
  draftTold: (draft, claims, now, published) => `초안 주장 ${claims}건 ${draft}점, 게시 주장 ${published}건 ${now}점`,
  citations: "인용",
  citationsTold: (precision, recall) => `인용한 근거 중 필요한 것 ${precision}, 근거로 입증되는 주장 ${recall}`,
  gate: "통과 여부",
  gates: { pass: "통과", flag: "표시와 함께 통과: 표시를 확인하세요", revise: "통과 못 함: 사실이 아니라 단서로 읽으세요" },
  none: "측정 안 됨",
};

const advice = {
  title: "사람이 승인할 조치",
  note: "조치 목록에서 고른 것; 저절로 실행되는 것은 없습니다",
  target: "대상",
  reversible: { true: "되돌릴 수 있음", false: "되돌릴 수 없음" },
  restsOn: "근거:",
};

const steering = {
  title: (rows) => `데이터 안의 글이 분석을 조종하려 합니다: ${rows}행.`,
  means: "지시가 아니라 데이터로만 읽었으며, 그 행에 있는 것은 무엇도 뒷받침하지 않습니다.",
  seenIn: "발견된 곳",
  quote: "그 내용",
  rows: (id, n) => `${id}: ${n}행`,
};

const source = {
  trust: "신뢰",
  outside: "외부에서 온 글",
  outsideMeans: "데이터를 보낸 쪽이 쓴 글입니다. 인용할 뿐 따르지 않으며, 그것만으로는 판정의 근거가 되지 않습니다.",
  operator: "운영자가 쓴 글",
  platform: (n) => `플랫폼이 직접 센 열 ${n}개`,
  hidden: (n) => `모든 행이 비어 있어 그리지 않은 열 ${n}개`,
  statuses: { ok: "완전함", empty: "비어 있음: 조회했지만 찾은 것이 없습니다", error: "실패", timeout: "시간 초과" },
  truncated: "잘림: 이보다 많은 행이 있습니다",
  sampled: "샘플링됨: 건수는 추정치입니다",
  statement: "템플릿의 SQL과 스냅샷 보존 여부",
  composed: "코드가 여러 조회를 모아 만든 것이라 자체 SQL이 없습니다. 다시 조회하면 전체를 실행합니다.",
  changed: "그 뒤 템플릿이 바뀌었습니다. 당시가 아니라 지금의 SQL입니다.",
  intact: "스냅샷이 저장한 그대로입니다.",
  given: "매개변수:",
};

const grounding = {
  title: "근거 확인",
  lead: "답변한 것 중 코드가 재계산했을 때 성립한 것과 그렇지 못한 것입니다.",
  window: "답변 기간",
  windows: { 1: "최근 24시간", 7: "최근 7일", 30: "최근 30일", 365: "최근 365일" },
  none: "이 기간에 확인한 답변이 없습니다.",
  tiles: { rate: "성립한 주장", claims: "판정한 주장", failed: "성립하지 못함", corrected: "정정됨", mean: "평균 G", runs: "답변" },
  rateOf: (n, all) => `범위 안의 주장 ${all}건 중 ${n}건`,
  outOfScope: (n) => `확인할 수 있는 범위 밖 ${n}건`,
  failedOf: (wrong, open) => `근거와 다름 ${wrong}건, 확인 안 됨 ${open}건; 제거하거나 표시함`,
  correctedOf: "유일하게 맞는 값을 코드가 넣음",
  meanOf: (draft, median) => `초안 ${draft}; 중앙값 ${median}`,
  notGraded: (n) => `점수 없음 ${n}건`,
  histogram: "점수 G별 답변",
  series: { draft_score: "초안", score: "게시" },
  bucket: (name, from, to, n) => `${name}, G ${from === to ? to : `${from} ~ ${to}`}: ${n}건`,
  tables: { by_kind: "주장 종류별", by_desk: "데스크별", by_prompt_version: "프롬프트 버전별", by_reason: "성립하지 못한 까닭" },
  columns: { name: "이름", claims: "판정", contradicted: "근거와 다름", unverified: "확인 안 됨", stood: "성립" },
  noneFailed: "모든 주장이 성립했습니다.",
  patterns: "성립하지 못한 주장의 잦은 형태",
  patternsNote: "값을 뺀 주장; 판정한 전체 중 비율",
  patternColumns: ["횟수", "비율", "판정", "종류", "조회", "열", "까닭", "예"],
  kinds: {
    quantity: "수량", comparison: "비교", trend: "추세", entity: "이름", absence: "없음", temporal: "시각", causal: "원인", past_incident: "이전 인시던트",
    quote: "인용", recommendation: "조치", text: "일반 문장",
  },
  desks: { sre: "SRE", security: "보안", efficiency: "효율", briefer: "브리핑", writer: "작성", other: "기타", "": "없음" },
  families: {
    unbound: "근거 없음", "no such cell": "없는 셀", "no data": "데이터 없음", "list was cut": "잘린 목록", "wrong value": "틀린 값", "wrong subject": "틀린 대상",
    "wrong column": "틀린 열", "wrong unit": "틀린 단위", "wrong window": "틀린 구간", "wrong order or rank": "틀린 순서 또는 순위", "wrong incident": "틀린 인시던트",
    "words not covered": "뒷받침 없는 낱말", "could not be read": "읽을 수 없음", malformed: "형식 오류", "cause not shown": "원인이 드러나지 않음",
    "advice not justified": "뒷받침 없는 조치", "outsiders' words only": "외부의 글뿐임", "not checked": "확인 안 됨", other: "기타",
  },
};

export const PROOF = { claims, grounded, advice, steering, source, grounding };
