"""What the queue asks of Redis in one atomic step each, in Lua (Redis 7 or Valkey)."""

# KEYS: streams, then their books (hashes), then digest keys. ARGV: sender, seconds a digest is known, number of streams,
# the sender's last record number in each; then per append: its digest key's index (0: none), its number of entries, and per
# entry: its stream's index, key, records, received at, payload. Answers 1 or 0 (digest known) per append.
# Memory is looked at before anything is written, so an out-of-memory answer means that nothing was.
APPEND = """#!lua
local sender, ttl, streams = ARGV[1], ARGV[2], tonumber(ARGV[3])
local last, grown, size = {}, {}, {}
for s = 1, streams do last[s] = tonumber(ARGV[3 + s]); grown[s] = 0; size[s] = 0 end
local at, answers = 4 + streams, {}
while at <= #ARGV do
  local digest, entries = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  at = at + 2
  local is_new = digest == 0 or redis.call('SET', KEYS[2 * streams + digest], 1, 'NX', 'EX', ttl)
  answers[#answers + 1] = is_new and 1 or 0
  for _ = 1, entries do
    if is_new then
      local s, records, payload = tonumber(ARGV[at]), tonumber(ARGV[at + 2]), ARGV[at + 4]
      redis.call('XADD', KEYS[s], '*', 'k', ARGV[at + 1], 'n', records, 't', ARGV[at + 3], 'p', payload, 's', sender, 'q', last[s])
      last[s] = last[s] + records
      grown[s] = grown[s] + records
      size[s] = size[s] + #payload
    end
    at = at + 5
  end
end
for s = 1, streams do
  if grown[s] > 0 then
    redis.call('HINCRBY', KEYS[streams + s], 'records', grown[s])
    redis.call('HINCRBY', KEYS[streams + s], 'bytes', size[s])
  end
end
return answers
"""

# KEYS: stream, book. ARGV: group, number of senders, (sender, number seen) each, then (id, records, bytes) each.
# Must work when memory is used up: it is what frees it.
DONE = """#!lua flags=allow-oom
local at, records, bytes = 3, 0, 0
for _ = 1, tonumber(ARGV[2]) do
  local field = 's:' .. ARGV[at]
  if tonumber(ARGV[at + 1]) > tonumber(redis.call('HGET', KEYS[2], field) or 0) then redis.call('HSET', KEYS[2], field, ARGV[at + 1]) end
  at = at + 2
end
while at <= #ARGV do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[at])
  if redis.call('XDEL', KEYS[1], ARGV[at]) == 1 then
    records = records + tonumber(ARGV[at + 1])
    bytes = bytes + tonumber(ARGV[at + 2])
  end
  at = at + 3
end
redis.call('HINCRBY', KEYS[2], 'records', 0 - records)
redis.call('HINCRBY', KEYS[2], 'bytes', 0 - bytes)
return 1
"""

# KEYS: lease. ARGV: owner, milliseconds. 0: another's, 1: renewed, 2: newly ours.
LEASE = """#!lua flags=allow-oom
local owner = redis.call('GET', KEYS[1])
if owner == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
end
if owner then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 2
"""

# KEYS: lease. ARGV: owner.
RELEASE = """#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""

# KEYS: stream. ARGV: group.
OPEN = """#!lua flags=allow-oom
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP') then return made end
return 1
"""

# KEYS: stream, book. ARGV: group. Answers length, pending, lag (-1: unknown), first id, records, bytes: of one moment.
LOOK = """#!lua flags=allow-oom
local length = redis.call('XLEN', KEYS[1])
local book = redis.call('HMGET', KEYS[2], 'records', 'bytes')
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local pending, lag = 0, length
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
for _, group in ipairs(groups.err and {} or groups) do
  local fields = {}
  for n = 1, #group, 2 do fields[group[n]] = group[n + 1] end
  if fields['name'] == ARGV[1] then pending, lag = fields['pending'], fields['lag'] or -1 end
end
return {length, pending, lag, first[1] and first[1][1] or '', book[1] or '0', book[2] or '0'}
"""
