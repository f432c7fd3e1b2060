"""The Korean sentence shapes: formal polite (합니다체) throughout, particles in brackets chosen as the blanks are filled."""

from functools import cache

from grounding.korean.particles import fill
from grounding.korean.wordings import counter, wordings
from grounding.phrases import Phrases

SENTENCES = {
    "count": "{subject}의 {label}(은) {value}입니다",
    "count_all": "{label}(은) {value}입니다",
    "measure": "{subject}의 {label}(은) {value}입니다",
    "measure_all": "{label}(은) {value}입니다",
    "entity": "{subject}의 {label}(은) {value}입니다",
    "absence": "{subject}에는 {what}(이) 없었습니다",
    "absence_all": "{what}(이) 없었습니다",
    "event": "{subject}의 {label} 시각은 {at}입니다",
    "event_all": "{label} 시각은 {at}입니다",
    "order": "{first}의 {label}(은) {then}의 {that}보다 {relation} 있었습니다",
    "order_gap": "{first}의 {label}(은) {then}의 {that}보다 {gap} {relation} 있었습니다",
    "within": "{first}의 {label} 뒤 {gap} 이내에 {then}의 {that}(이) 있었습니다",
    "quote": "{subject}의 {label}: {text}",
    "quote_all": "{label}: {text}",
    "trend": "{subject}의 {label}(은) {direction}",
    "trend_all": "{label}(은) {direction}",
    "causal": "{cause}(이) {effect}의 원인입니다",
    "causal likely": "{cause}(이) {effect}의 원인으로 보입니다",
    "causal possible": "{cause}(이) {effect}의 원인일 수 있습니다",
    "past_incident": "인시던트 {incident_id}(과) 비슷합니다",
    "past_incident likely": "인시던트 {incident_id}(과) 비슷한 것으로 보입니다",
    "past_incident possible": "인시던트 {incident_id}(과) 비슷할 수 있습니다",
    "past_incident similarity": "인시던트 {incident_id}(과) 비슷합니다. 유사도는 {similarity}입니다",
    "past_incident cause": "인시던트 {incident_id}(과) 비슷합니다. 그 원인은 {cause}",
    "past_incident similarity cause": "인시던트 {incident_id}(과) 비슷합니다. 유사도는 {similarity}이고 그 원인은 {cause}",
    "recommendation": "권고: {action} {target}",
}
OPS = {
    "=": "{value}",
    "≈": "약 {value}",
    "≥": "{value} 이상",
    "≤": "{value} 이하",
    ">": "{value} 초과",
    "<": "{value} 미만",
    "≠": "{value} 이외",
    "between": "{low}~{high}",
}
COMPARISONS = {
    "count higher": "{subject}의 {label}(은) {other}보다 {size} 많습니다",
    "count lower": "{subject}의 {label}(은) {other}보다 {size} 적습니다",
    "count equal": "{subject}의 {label}(은) {other}(과) 같습니다",
    "count ratio": "{subject}의 {label}(은) {other}의 {size}입니다",
    "measure higher": "{subject}의 {label}(은) {other}보다 {size} 높습니다",
    "measure lower": "{subject}의 {label}(은) {other}보다 {size} 낮습니다",
    "measure equal": "{subject}의 {label}(은) {other}(과) 같습니다",
    "measure ratio": "{subject}의 {label}(은) {other}의 {size}입니다",
}
QUANTIFIERS = {
    "most": "{by}(이) 가장 높은 것은 {subject}입니다",
    "least": "{by}(이) 가장 낮은 것은 {subject}입니다",
    "most_count": "{by}(이) 가장 많은 것은 {subject}입니다",
    "least_count": "{by}(이) 가장 적은 것은 {subject}입니다",
    "most_n": "{subject}(은) {by} 기준 상위 {rank}위 안에 듭니다",
    "least_n": "{subject}(은) {by} 기준 하위 {rank}위 안에 듭니다",
    "first": "{by} 기준 맨 처음은 {subject}입니다",
    "last": "{by} 기준 맨 마지막은 {subject}입니다",
    "first_n": "{subject}(은) {by} 기준 처음 {rank}개 안에 듭니다",
    "last_n": "{subject}(은) {by} 기준 마지막 {rank}개 안에 듭니다",
    "all": "모든 {subject}의 {label}(은) {value}입니다",
    "some": "일부 {subject}의 {label}(은) {value}입니다",
    "none": "{label}(이) {value}인 {subject}(은) 없습니다",
    "only": "{label}(이) {value}인 것은 {subject}뿐입니다",
    "only_bare": "{subject}만 보였습니다",
}
DIRECTIONS = {
    "rising": "증가 추세입니다",
    "falling": "감소 추세입니다",
    "steady": "일정합니다",
    "spike": "급증했습니다",
    "drop": "급감했습니다",
}
UNITS = {
    "": "{n}{unit}",
    "%": "{n}%",
    "pp": "{n}퍼센트포인트",
    "1/s": "초당 {n}",
    "1/min": "분당 {n}",
    "1/h": "시간당 {n}",
    "s": "{n}초",
    "min": "{n}분",
    "h": "{n}시간",
    "d": "{n}일",
    "x": "{n}배",
}


@cache
def korean() -> Phrases:
    """The Korean phrases with the tables of labels; read once."""
    tables = wordings()
    return Phrases(
        sentences=SENTENCES,
        ops=OPS,
        comparisons=COMPARISONS,
        quantifiers=QUANTIFIERS,
        relations={"before": "먼저", "after": "나중에"},
        hedges={},
        ratios={"doubled": "2배", "tripled": "3배", "halved": "절반", "quadrupled": "4배", "": "{value}배"},
        rival={"count": "{other}", "measure": "{other}"},
        baseline="직전 구간",
        that="것",
        everything="전체",
        scope="({name} {value}) ",
        window="{start}부터 {end}까지 ",
        body={"": "{window}{scope}{written}", "windowed comparison": "{window}{scope}{written}"},
        among="{who} 중 {written}",
        units=UNITS,
        directions=DIRECTIONS,
        labels=tables["labels"],
        phrases=tables["phrases"],
        values=tables["values"],
        fill=fill,
        counter=counter,
        finished=_finished,
    )


def _finished(body: str) -> str:
    text = " ".join(body.split())
    return text if text.endswith((".", "”.")) else f"{text}."
