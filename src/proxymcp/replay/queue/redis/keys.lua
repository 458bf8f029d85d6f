-- Every operation of RedisQueue: each call of this script is one step that is done whole or not at all. It is kept in parts (keys, jobs, tokens,
-- run), which are one script to the server; this part is what there is, and what time does to it.
--
-- KEYS[1] begins every key. ARGV[1] is the operation, ARGV[2] how many milliseconds to go ahead of the server's clock (0, but in tests), then come
-- the operation's own. Keys of the queue:
--
--   runs      sorted set: every run, by when it came            active    sorted set: runs with jobs, by priority, then age
--   fence     the last fence that was given                     workers   hash: what a worker told of itself     seen   sorted set: when
--   place     the number of the last run                        grant     that of the last grant
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
local PAGE_BYTES_MAX = 8388608
local RATE_GRANT = 1000
local PASSED_OVER_MAX = 2000
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

-- A shard's next job is for this worker, as long as a lease lasts from now on.
local function keep_shard(run, shard, worker)
    if shard ~= '' then
        redis.call('HSET', key(run, 'owner'), shard, int(now + run.lease) .. ' ' .. worker)
    end
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
    redis.call('HDEL', key(run, 'owner'), lease.shard)
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

-- Operations, by the name that a call begins with.
local operation = {}

