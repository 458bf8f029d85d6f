-- Every operation of RedisQueue: each call of this script is one step that is done whole or not at all.
--
-- KEYS[1] begins every key. ARGV[1] is the operation, ARGV[2] how many milliseconds to go ahead of the server's clock (0, but in tests), then come
-- the operation's own. Keys of the queue:
--
--   runs      sorted set: every run, by when it came            active    sorted set: runs with jobs, by priority, then age
--   fence     the last fence that was given                     workers   hash: what a worker told of itself     seen   sorted set: when
--   asked:N   what was granted to a question, for a minute      tokens:W  set: grants of a worker
--
-- Keys of a run, each behind "{run}:":
--
--   run       hash: its header, counters, and "sweep": the earliest moment at which a lease may have run out
--   jobs      stream: jobs that have not ended; the entry of job i has the id 0-(i+1). Its group "w" delivers them in order, and what
--             is pending in it are the leases: an entry's idle time is that of its lease since it was granted or renewed
--   lease     hash: job -> fence, attempt, worker, sending, unsafe, shard        tries   hash: job -> attempts, last worker
--   again     sorted set: jobs that were delivered and wait again                held:S  sorted set: jobs of a shard behind its first
--   for:W     sorted set: those of them that are kept for a worker               kept    sorted set: job:worker, by until when
--   first     hash: shard -> its first job that has not ended                    owner   hash: shard -> until when, which worker
--   carried   hash: shard -> what the last commit carried                        won     string: 8 octets a job, the fence that counted
--   ends      stream: jobs that have ended; the n-th has the id 0-n              late    stream: commits that were superseded
--   lateby    hash: fences of those                                              bodies  set: names of long bodies, each in body:NAME
--   grants    hash: tokens of origins      flying   hash: origin -> tokens out   rated   sorted set of rate grants, ratedby their counts

local root = KEYS[1]
local clock = redis.call('TIME')
local precise = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000 + tonumber(ARGV[2])
local now = math.floor(precise)

local ROWS_BYTES_MAX = 33554432
local LOOKED_AT_MAX = 2000
local DAY = 86400000
local RETRY = 20

local function int(number)
    return string.format('%.0f', number)
end

local function key(run, name)
    return root .. '{' .. run.id .. '}:' .. name
end

local function entry(job)
    return '0-' .. int(tonumber(job) + 1)
end

local function job_of(id)
    return int(tonumber(string.sub(id, 3)) - 1)
end

-- The run of this name, or nil.
local function load(id)
    local run = {id = id}
    local v = redis.call('HMGET', key(run, 'run'), 'count', 'lease', 'attempts', 'enqueued', 'cancelled', 'sweep', 'swept', 'priority')
    if not v[1] then
        return nil
    end
    run.count, run.lease, run.attempts = tonumber(v[1]), tonumber(v[2]), tonumber(v[3])
    run.enqueued, run.cancelled, run.sweep = tonumber(v[4]), v[5] == '1', tonumber(v[6])
    run.swept = v[7]
    run.priority = tonumber(v[8])
    return run
end

local function lease_of(run, job)
    local text = redis.call('HGET', key(run, 'lease'), job)
    if not text then
        return nil
    end
    local fence, attempt, worker, sending, unsafe, shard = string.match(text, '^(%d+) (%d+) (%S+) (%d) (%d) (.*)$')
    return {fence = fence, attempt = tonumber(attempt), worker = worker, sending = sending == '1', unsafe = unsafe, shard = shard}
end

local function put_lease(run, job, lease)
    redis.call('HSET', key(run, 'lease'), job, table.concat({lease.fence, int(lease.attempt), lease.worker, lease.sending and '1' or '0',
        lease.unsafe, lease.shard}, ' '))
end

-- A job waits for a worker: for the one that had the shard's last job, as long as that is kept for it, or for any.
local function await_worker(run, job, shard)
    local owner = shard ~= '' and redis.call('HGET', key(run, 'owner'), shard)
    if owner then
        local till, worker = string.match(owner, '^(%d+) (%S+)$')
        if tonumber(till) > now then
            redis.call('ZADD', key(run, 'for:' .. worker), job, job)
            redis.call('ZADD', key(run, 'kept'), till, job .. ':' .. worker)
            return
        end
    end
    redis.call('ZADD', key(run, 'again'), job, job)
end

-- A job does not wait any more, wherever it did.
local function leave_waiting(run, job, shard)
    redis.call('ZREM', key(run, 'again'), job)
    if shard ~= '' then
        redis.call('ZREM', key(run, 'held:' .. shard), job)
        local owner = redis.call('HGET', key(run, 'owner'), shard)
        if owner then
            local worker = string.match(owner, '^%d+ (%S+)$')
            redis.call('ZREM', key(run, 'for:' .. worker), job)
            redis.call('ZREM', key(run, 'kept'), job .. ':' .. worker)
        end
    end
end

-- Ends a job. Nothing is left of it but its end; the next one of its shard waits from now on.
local function finish(run, job, state, shard, more)
    local attempts, worker = 0, ''
    local tries = redis.call('HGET', key(run, 'tries'), job)
    if tries then
        attempts, worker = string.match(tries, '^(%d+) (%S+)$')
        redis.call('HDEL', key(run, 'tries'), job)
    end
    local place = redis.call('HINCRBY', key(run, 'run'), 'ended', 1)
    redis.call('HINCRBY', key(run, 'run'), 'n:' .. state, 1)
    redis.call('XADD', key(run, 'ends'), '0-' .. int(place), 'i', job, 's', state, 'a', attempts, 'w', worker, 't', int(now), unpack(more))
    redis.call('HDEL', key(run, 'lease'), job)
    redis.call('XACK', key(run, 'jobs'), 'w', entry(job))
    redis.call('XDEL', key(run, 'jobs'), entry(job))
    if shard ~= '' and redis.call('HGET', key(run, 'first'), shard) == job then
        if worker ~= '' then
            redis.call('HSET', key(run, 'owner'), shard, int(now + run.lease) .. ' ' .. worker)
        end
        local following = redis.call('ZPOPMIN', key(run, 'held:' .. shard))
        if following[1] then
            redis.call('HSET', key(run, 'first'), shard, following[1])
            await_worker(run, following[1], shard)
        else
            redis.call('HDEL', key(run, 'first'), shard)
        end
    end
    if run.enqueued == run.count and redis.call('XLEN', key(run, 'jobs')) == 0 then
        redis.call('ZREM', root .. 'active', run.id)
    end
end

-- A lease has ended without a commit.
local function let_go(run, job, lease, dead)
    if lease.unsafe == '1' and lease.sending then
        finish(run, job, 'unknown', lease.shard, {})
    elseif run.cancelled then
        finish(run, job, 'cancelled', lease.shard, {})
    elseif dead then
        finish(run, job, 'dead', lease.shard, {})
    else
        redis.call('HDEL', key(run, 'lease'), job)
        redis.call('XACK', key(run, 'jobs'), 'w', entry(job))
        await_worker(run, job, lease.shard)
    end
end

-- Ends leases that have run out. The group knows them by their idle time.
local function sweep_leases(run)
    local jobs = key(run, 'jobs')
    local cursor = '0-0'
    repeat
        local claimed = redis.call('XAUTOCLAIM', jobs, 'w', '-', int(run.lease), cursor, 'COUNT', '200', 'JUSTID')
        cursor = claimed[1]
        for _, id in ipairs(claimed[2]) do
            local job = job_of(id)
            local lease = lease_of(run, job)
            if lease then
                let_go(run, job, lease, lease.attempt >= run.attempts)
            else
                redis.call('XACK', jobs, 'w', id)
                await_worker(run, job, '')
            end
        end
    until cursor == '0-0'
    local earliest = 0
    for _, pending in ipairs(redis.call('XPENDING', jobs, 'w', '-', '+', '10000')) do
        local due = now + math.max(1, run.lease - pending[3])
        if earliest == 0 or due < earliest then
            earliest = due
        end
    end
    run.sweep = earliest
    redis.call('HSET', key(run, 'run'), 'sweep', int(earliest))
end

-- Cancels some of what has not begun. It is done in pieces, so that nobody waits for a million jobs; any call that sees to the run goes on.
local function sweep_cancelled(run)
    local entries = redis.call('XRANGE', key(run, 'jobs'), '(' .. run.swept, '+', 'COUNT', '200')
    for _, one in ipairs(entries) do
        local job = job_of(one[1])
        local lease = lease_of(run, job)
        if not (lease and lease.sending) then
            leave_waiting(run, job, one[2][4])
            finish(run, job, 'cancelled', one[2][4], {})
        end
        run.swept = one[1]
    end
    redis.call('HSET', key(run, 'run'), 'swept', run.swept)
    return #entries
end

-- Sees to what time has done to a run.
local function see_to(run)
    if run.cancelled then
        sweep_cancelled(run)
    end
    if run.sweep > 0 and now >= run.sweep then
        sweep_leases(run)
    end
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', key(run, 'kept'), '-inf', int(now), 'LIMIT', '0', '1000')) do
        local job, worker = string.match(member, '^(%d+):(%S+)$')
        redis.call('ZREM', key(run, 'kept'), member)
        if redis.call('ZREM', key(run, 'for:' .. worker), job) == 1 then
            redis.call('ZADD', key(run, 'again'), job, job)
        end
    end
end

-- The run of this name with all that time has done to it, or nil.
local function present(id)
    local run = load(id)
    if run then
        see_to(run)
    end
    return run
end

-- What was answered to the same question, or nil: its asker may not have had the answer.
local function asked(number)
    local text = redis.call('GET', root .. 'asked:' .. number)
    return text and cjson.decode(text) or nil
end

local function answer(number, value)
    redis.call('SET', root .. 'asked:' .. number, cjson.encode(value), 'PX', '60000')
    return value
end

local function row(run, job, lease, fields)
    local carried = lease.shard ~= '' and redis.call('HGET', key(run, 'carried'), lease.shard)
    return {run.id, job, lease.fence, lease.attempt, now + run.lease, run.lease, fields[2], fields[4], fields[6], fields[8], fields[10], fields[12],
        carried}
end

local function grant(run, worker, id, fields, granted)
    local job = job_of(id)
    local attempts = 1
    local tries = redis.call('HGET', key(run, 'tries'), job)
    if tries then
        attempts = tonumber(string.match(tries, '^%d+')) + 1
    end
    redis.call('HSET', key(run, 'tries'), job, int(attempts) .. ' ' .. worker)
    local lease = {fence = int(redis.call('INCR', root .. 'fence')), attempt = attempts, worker = worker, sending = false, unsafe = fields[2],
        shard = fields[4]}
    put_lease(run, job, lease)
    local due = now + run.lease
    if run.sweep == 0 or due < run.sweep then
        run.sweep = due
        redis.call('HSET', key(run, 'run'), 'sweep', int(due))
    end
    granted.bytes = granted.bytes + #fields[6] + #fields[8]
    table.insert(granted.rows, row(run, job, lease, fields))
    table.insert(granted.names, {run.id, job, lease.fence})
end

-- Whether a job that was just delivered is the first of its shard and for this worker; otherwise it waits from now on.
local function is_first(run, worker, id, shard)
    local job = job_of(id)
    if redis.call('HSETNX', key(run, 'first'), shard, job) == 0 then
        redis.call('XACK', key(run, 'jobs'), 'w', id)
        redis.call('ZADD', key(run, 'held:' .. shard), job, job)
        return false
    end
    local owner = redis.call('HGET', key(run, 'owner'), shard)
    if owner then
        local till, holder = string.match(owner, '^(%d+) (%S+)$')
        if tonumber(till) > now and holder ~= worker then
            redis.call('XACK', key(run, 'jobs'), 'w', id)
            await_worker(run, job, shard)
            return false
        end
    end
    return true
end

local function take_again(run, worker, room, granted)
    while #granted.rows < room and granted.bytes < ROWS_BYTES_MAX do
        local open = tonumber(redis.call('ZRANGE', key(run, 'again'), '0', '0')[1])
        local own = tonumber(redis.call('ZRANGE', key(run, 'for:' .. worker), '0', '0')[1])
        if not open and not own then
            return
        end
        local job
        if own and (not open or own < open) then
            job = int(own)
            redis.call('ZREM', key(run, 'for:' .. worker), job)
            redis.call('ZREM', key(run, 'kept'), job .. ':' .. worker)
        else
            job = int(open)
            redis.call('ZREM', key(run, 'again'), job)
        end
        local claimed = redis.call('XCLAIM', key(run, 'jobs'), 'w', worker, '0', entry(job), 'FORCE')
        if claimed[1] then
            grant(run, worker, claimed[1][1], claimed[1][2], granted)
        end
    end
end

local function take_new(run, worker, room, granted)
    local looked_at = 0
    while #granted.rows < room and granted.bytes < ROWS_BYTES_MAX and looked_at < LOOKED_AT_MAX do
        local count = math.min(room - #granted.rows, 16)
        local read = redis.call('XREADGROUP', 'GROUP', 'w', worker, 'COUNT', int(count), 'STREAMS', key(run, 'jobs'), '>')
        if not read then
            return
        end
        for _, one in ipairs(read[1][2]) do
            looked_at = looked_at + 1
            if one[2][4] == '' or is_first(run, worker, one[1], one[2][4]) then
                grant(run, worker, one[1], one[2], granted)
            end
        end
    end
end

local function counts(run)
    local jobs = key(run, 'jobs')
    local v = redis.call('HMGET', key(run, 'run'), 'enqueued', 'n:ok', 'n:failed', 'n:dead', 'n:cancelled', 'n:unknown', 'superseded')
    local leased = redis.call('XPENDING', jobs, 'w')[1]
    return {v[1], v[2] or '0', v[3] or '0', v[4] or '0', v[5] or '0', v[6] or '0', leased, redis.call('XLEN', jobs) - leased, v[7] or '0'}
end

-- Tokens of origins whose worker has not been heard of for a lease's time come back.
local function reclaim(run)
    local all = redis.call('HGETALL', key(run, 'grants'))
    for i = 1, #all, 2 do
        local worker, count, at, origin = string.match(all[i + 1], '^(%S+) (%d+) (%d+) (.*)$')
        local heard = math.max(tonumber(at), tonumber(redis.call('ZSCORE', root .. 'seen', worker) or '0'))
        if heard + run.lease <= now then
            redis.call('HINCRBY', key(run, 'flying'), origin, '-' .. count)
            redis.call('HDEL', key(run, 'grants'), all[i])
            redis.call('SREM', root .. 'tokens:' .. worker, run.id .. ' ' .. all[i])
        end
    end
end

local function give_back(run, number, count)
    local text = redis.call('HGET', key(run, 'grants'), number)
    if not text then
        return
    end
    local worker, held, at, origin = string.match(text, '^(%S+) (%d+) (%d+) (.*)$')
    local back = math.min(count, tonumber(held))
    redis.call('HINCRBY', key(run, 'flying'), origin, int(-back))
    if back == tonumber(held) then
        redis.call('HDEL', key(run, 'grants'), number)
        redis.call('SREM', root .. 'tokens:' .. worker, run.id .. ' ' .. number)
    else
        redis.call('HSET', key(run, 'grants'), number, table.concat({worker, int(tonumber(held) - back), at, origin}, ' '))
    end
end

local operation = {}

-- run, header, count, lease, attempts, priority, requests a second, how many at once, most in flight to an origin -> new | same | differs
function operation.begin()
    local run = {id = ARGV[3]}
    local known = redis.call('HGET', key(run, 'run'), 'header')
    if known then
        return known == ARGV[4] and 'same' or 'differs'
    end
    local place = redis.call('INCR', root .. 'place')
    redis.call('HSET', key(run, 'run'), 'header', ARGV[4], 'count', ARGV[5], 'lease', ARGV[6], 'attempts', ARGV[7], 'priority', ARGV[8],
        'rate', ARGV[9], 'burst', ARGV[10], 'origin', ARGV[11], 'enqueued', '0', 'cancelled', '0', 'sweep', '0', 'swept', '0-0', 'at', int(now), 'place', int(place))
    redis.call('XGROUP', 'CREATE', key(run, 'jobs'), 'w', '0', 'MKSTREAM')
    redis.call('ZADD', root .. 'runs', int(place), run.id)
    return 'new'
end

-- run, then for each job: index, unsafe, shard, payload, body, name of a long body, size of the body -> how many there are
function operation.jobs()
    local run = load(ARGV[3])
    if not run then
        return 'none'
    end
    for i = 4, #ARGV, 7 do
        local index = tonumber(ARGV[i])
        if index == run.enqueued then
            redis.call('XADD', key(run, 'jobs'), entry(index), 'u', ARGV[i + 1], 's', ARGV[i + 2], 'p', ARGV[i + 3], 'b', ARGV[i + 4],
                'h', ARGV[i + 5], 'n', ARGV[i + 6])
            run.enqueued = index + 1
        elseif index > run.enqueued then
            return redis.error_reply('GAP job ' .. int(index) .. ' follows job ' .. int(run.enqueued - 1))
        end
    end
    local before = tonumber(redis.call('HGET', key(run, 'run'), 'enqueued'))
    redis.call('HSET', key(run, 'run'), 'enqueued', int(run.enqueued))
    if run.enqueued == run.count and before < run.count then
        local place = tonumber(redis.call('HGET', key(run, 'run'), 'place'))
        redis.call('ZADD', root .. 'active', int(place - run.priority * 1099511627776), run.id)
    end
    if run.cancelled then
        see_to(run)
    end
    return run.enqueued
end

-- worker, room, question -> a row for each lease
function operation.lease()
    local worker, room = ARGV[3], tonumber(ARGV[4])
    local before = asked(ARGV[5])
    local granted = {rows = {}, names = {}, bytes = 0}
    if before then
        for _, name in ipairs(before) do
            local run = present(name[1])
            local lease = run and lease_of(run, name[2])
            if lease and lease.fence == name[3] then
                local claimed = redis.call('XCLAIM', key(run, 'jobs'), 'w', worker, '0', entry(name[2]))
                table.insert(granted.rows, row(run, name[2], lease, claimed[1][2]))
            end
        end
        return granted.rows
    end
    for _, id in ipairs(redis.call('ZRANGE', root .. 'active', '0', '-1')) do
        local run = present(id)
        if not run then
            redis.call('ZREM', root .. 'active', id)
        elseif not run.cancelled then
            take_again(run, worker, room, granted)
            take_new(run, worker, room, granted)
        end
        if #granted.rows >= room or granted.bytes >= ROWS_BYTES_MAX then
            break
        end
    end
    if #granted.names > 0 then
        answer(ARGV[5], granted.names)
    end
    return granted.rows
end

-- worker, then for each lease: run, job, fence -> for each its new end, 0 if it has ended
function operation.renew()
    local ends = {}
    local runs = {}
    for i = 4, #ARGV, 3 do
        local id, job = ARGV[i], ARGV[i + 1]
        runs[id] = runs[id] or present(id) or false
        local lease = runs[id] and lease_of(runs[id], job)
        if lease and lease.fence == ARGV[i + 2] then
            redis.call('XCLAIM', key(runs[id], 'jobs'), 'w', lease.worker, '0', entry(job), 'JUSTID')
            table.insert(ends, now + runs[id].lease)
        else
            table.insert(ends, 0)
        end
    end
    return ends
end

-- run, job, fence -> whether it may be sent
function operation.sending()
    local run = present(ARGV[3])
    local lease = run and lease_of(run, ARGV[4])
    if not lease or lease.fence ~= ARGV[5] then
        return 0
    end
    lease.sending = true
    put_lease(run, ARGV[4], lease)
    return 1
end

-- run, job, fence, state, whether something is carried, what, result, exchange, name of a long one, its size -> counted | superseded
function operation.commit()
    local run = present(ARGV[3])
    if not run then
        return 'superseded'
    end
    local job, fence = ARGV[4], ARGV[5]
    local lease = lease_of(run, job)
    local more = {'k', ARGV[7], 'c', ARGV[8], 'r', ARGV[9], 'e', ARGV[10], 'h', ARGV[11], 'n', ARGV[12]}
    if lease and lease.fence == fence then
        -- A server whose memory is full lets a script write on whose first write only takes away: what was sent is counted even then.
        redis.call('HDEL', key(run, 'lease'), job)
        if ARGV[7] == '1' and lease.shard ~= '' then
            redis.call('HSET', key(run, 'carried'), lease.shard, ARGV[8])
        end
        redis.call('SETRANGE', key(run, 'won'), int(tonumber(job) * 8), struct.pack('>I8', tonumber(fence)))
        finish(run, job, ARGV[6], lease.shard, more)
        return 'counted'
    end
    local first = tonumber(job) * 8
    if redis.call('GETRANGE', key(run, 'won'), int(first), int(first + 7)) == struct.pack('>I8', tonumber(fence)) then
        return 'counted'
    end
    if redis.call('HSETNX', key(run, 'lateby'), fence, '1') == 1 then
        redis.call('XADD', key(run, 'late'), '*', 'i', job, 'f', fence, 's', ARGV[6], 't', int(now), unpack(more))
        redis.call('HINCRBY', key(run, 'run'), 'superseded', 1)
    end
    return 'superseded'
end

-- run, job, fence
function operation.release()
    local run = present(ARGV[3])
    local lease = run and lease_of(run, ARGV[4])
    if lease and lease.fence == ARGV[5] then
        if not (lease.unsafe == '1' and lease.sending) then
            redis.call('HSET', key(run, 'tries'), ARGV[4], int(lease.attempt - 1) .. ' ' .. lease.worker)
        end
        let_go(run, ARGV[4], lease, false)
    end
    return 1
end

-- run -> how many were looked at: to be called until there are none
function operation.cancel()
    local run = load(ARGV[3])
    if not run then
        return 'none'
    end
    if not run.cancelled then
        run.cancelled = true
        redis.call('HSET', key(run, 'run'), 'cancelled', '1', 'swept', '0-0')
        run.swept = '0-0'
    end
    see_to(run)
    return sweep_cancelled(run)
end

-- run, cursor, limit -> entries of ends
function operation.results()
    local run = present(ARGV[3])
    if not run then
        return 'none'
    end
    return redis.call('XRANGE', key(run, 'ends'), '0-' .. int(tonumber(ARGV[4]) + 1), '+', 'COUNT', ARGV[5])
end

-- run -> header, when it came, whether it is cancelled, counts
function operation.run()
    local run = present(ARGV[3])
    if not run then
        return 'none'
    end
    local v = redis.call('HMGET', key(run, 'run'), 'header', 'at')
    return {v[1], v[2], run.cancelled and 1 or 0, counts(run)}
end

-- run
function operation.forget()
    local run = present(ARGV[3])
    if not run then
        return 'none'
    end
    if redis.call('XLEN', key(run, 'jobs')) > 0 then
        return 'active'
    end
    for _, name in ipairs(redis.call('SMEMBERS', key(run, 'bodies'))) do
        redis.call('UNLINK', key(run, 'body:' .. name))
    end
    for _, name in ipairs({'run', 'jobs', 'lease', 'tries', 'again', 'kept', 'first', 'owner', 'carried', 'won', 'ends', 'late', 'lateby', 'bodies',
        'grants', 'flying', 'rated', 'ratedby'}) do
        redis.call('UNLINK', key(run, name))
    end
    redis.call('ZREM', root .. 'runs', run.id)
    redis.call('ZREM', root .. 'active', run.id)
    return 'forgotten'
end

-- run, name, offset, octets -> how many there are
function operation.body()
    local run = load(ARGV[3])
    if not run then
        return 'none'
    end
    redis.call('SADD', key(run, 'bodies'), ARGV[4])
    if ARGV[6] == '' then
        return redis.call('STRLEN', key(run, 'body:' .. ARGV[4]))
    end
    return redis.call('SETRANGE', key(run, 'body:' .. ARGV[4]), ARGV[5], ARGV[6])
end

-- Leave to begin requests: as many as have come up since the last ones were granted.
local function grant_rate(run, wanted, rate, burst)
    local v = redis.call('HMGET', key(run, 'run'), 'bucket', 'filled')
    local bucket = burst
    if v[1] then
        bucket = math.min(burst, tonumber(v[1]) + math.max(0, precise - tonumber(v[2])) * rate / 1000)
    end
    local count = math.min(wanted, math.floor(bucket + 1e-6))
    bucket = math.max(0, bucket - count)
    redis.call('HSET', key(run, 'run'), 'bucket', string.format('%.9f', bucket), 'filled', string.format('%.3f', precise))
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', key(run, 'rated'), '-inf', int(now))) do
        redis.call('HDEL', key(run, 'ratedby'), old)
        redis.call('ZREM', key(run, 'rated'), old)
    end
    local number = 0
    if count > 0 then
        number = redis.call('INCR', root .. 'grant')
        redis.call('ZADD', key(run, 'rated'), int(now + run.lease), int(number))
        redis.call('HSET', key(run, 'ratedby'), int(number), int(count))
    end
    return {number, count, run.lease, count < wanted and math.max(1, math.ceil((1 - bucket) * 1000 / rate)) or 0}
end

-- Leave to have requests in flight to an origin. When others give theirs back nobody knows.
local function grant_origin(run, worker, wanted, origin, most)
    local flying = tonumber(redis.call('HGET', key(run, 'flying'), origin) or '0')
    if flying + wanted > most then
        reclaim(run)
        flying = tonumber(redis.call('HGET', key(run, 'flying'), origin) or '0')
    end
    local count = math.max(0, math.min(wanted, most - flying))
    local number = 0
    if count > 0 then
        number = redis.call('INCR', root .. 'grant')
        redis.call('HINCRBY', key(run, 'flying'), origin, int(count))
        redis.call('HSET', key(run, 'grants'), int(number), table.concat({worker, int(count), int(now), origin}, ' '))
        redis.call('SADD', root .. 'tokens:' .. worker, run.id .. ' ' .. int(number))
    end
    return {number, count, run.lease, count < wanted and RETRY or 0}
end

-- run, worker, wanted, question, origin or nothing -> number, count, lease, when to ask again
function operation.tokens()
    local run = present(ARGV[3])
    if not run then
        return 'none'
    end
    local before = asked(ARGV[6])
    if before then
        return before
    end
    local wanted, origin = tonumber(ARGV[5]), ARGV[7]
    local v = redis.call('HMGET', key(run, 'run'), 'rate', 'burst', 'origin')
    if origin == '' and v[1] ~= '' then
        return answer(ARGV[6], grant_rate(run, wanted, tonumber(v[1]), tonumber(v[2])))
    elseif origin ~= '' and v[3] ~= '' then
        return answer(ARGV[6], grant_origin(run, ARGV[4], wanted, origin, tonumber(v[3])))
    end
    return {0, wanted, run.lease, 0}
end

-- run, number, count, question, whether of an origin
function operation.giveback()
    local run = present(ARGV[3])
    if not run or asked(ARGV[6]) then
        return 0
    end
    answer(ARGV[6], {1})
    if ARGV[7] == '1' then
        reclaim(run)
        give_back(run, ARGV[4], tonumber(ARGV[5]))
        return 1
    end
    local till = redis.call('ZSCORE', key(run, 'rated'), ARGV[4])
    local held = till and tonumber(till) > now and tonumber(redis.call('HGET', key(run, 'ratedby'), ARGV[4]) or '0') or 0
    local back = math.min(held, tonumber(ARGV[5]))
    if back > 0 then
        redis.call('HINCRBY', key(run, 'ratedby'), ARGV[4], int(-back))
        local v = redis.call('HMGET', key(run, 'run'), 'bucket', 'burst')
        redis.call('HSET', key(run, 'run'), 'bucket', string.format('%.9f', math.min(tonumber(v[2]), tonumber(v[1]) + back)))
    end
    return 1
end

-- worker, what it tells, whether it has stopped
function operation.heartbeat()
    redis.call('HSET', root .. 'workers', ARGV[3], ARGV[4])
    redis.call('ZADD', root .. 'seen', int(now), ARGV[3])
    if ARGV[5] == '1' then
        for _, member in ipairs(redis.call('SMEMBERS', root .. 'tokens:' .. ARGV[3])) do
            local id, number = string.match(member, '^(%S+) (%d+)$')
            local run = load(id)
            if run then
                reclaim(run)
                give_back(run, number, 2147483647)
            end
        end
        redis.call('UNLINK', root .. 'tokens:' .. ARGV[3])
    end
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', root .. 'seen', '-inf', int(now - DAY))) do
        redis.call('HDEL', root .. 'workers', old)
        redis.call('ZREM', root .. 'seen', old)
        redis.call('UNLINK', root .. 'tokens:' .. old)
    end
    return 1
end

-- -> for each worker what it told, when, and how long ago that is
function operation.workers()
    local rows = {}
    local seen = redis.call('ZRANGEBYSCORE', root .. 'seen', '(' .. int(now - DAY), '+inf', 'WITHSCORES')
    for i = 1, #seen, 2 do
        table.insert(rows, {redis.call('HGET', root .. 'workers', seen[i]), tonumber(seen[i + 1]), now - tonumber(seen[i + 1])})
    end
    return rows
end

return operation[ARGV[1]]()
