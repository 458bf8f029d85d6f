-- Tokens, and workers, whose silence brings them back.

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
        redis.call('ZADD', key(run, 'rated'), int(now + RATE_GRANT), int(number))
        redis.call('HSET', key(run, 'ratedby'), int(number), int(count))
    end
    return {number, count, RATE_GRANT, count < wanted and math.max(1, math.ceil((1 - bucket) * 1000 / rate)) or 0}
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
    return {0, wanted, origin == '' and RATE_GRANT or run.lease, 0}
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

-- What was kept for a worker that has left is for any.
local function leave(run, worker)
    for _, job in ipairs(redis.call('ZRANGE', key(run, 'for:' .. worker), '0', '-1')) do
        redis.call('ZREM', key(run, 'kept'), job .. ':' .. worker)
        redis.call('ZADD', key(run, 'again'), job, job)
    end
    redis.call('DEL', key(run, 'for:' .. worker))
    local owners = redis.call('HGETALL', key(run, 'owner'))
    for i = 1, #owners, 2 do
        if string.match(owners[i + 1], '^%d+ (%S+)$') == worker then
            redis.call('HDEL', key(run, 'owner'), owners[i])
        end
    end
end

-- worker, what it tells, whether it has stopped
function operation.heartbeat()
    local worker = ARGV[3]
    -- What it held too long without a word is not given to it again.
    for _, member in ipairs(redis.call('SMEMBERS', root .. 'tokens:' .. worker)) do
        local id, number = string.match(member, '^(%S+) (%d+)$')
        local run = load(id)
        if run then
            reclaim(run)
            if ARGV[5] == '1' then
                give_back(run, number, 2147483647)
            end
        else
            redis.call('SREM', root .. 'tokens:' .. worker, member)
        end
    end
    redis.call('HSET', root .. 'workers', worker, ARGV[4])
    redis.call('ZADD', root .. 'seen', int(now), worker)
    if ARGV[5] == '1' then
        for _, id in ipairs(redis.call('ZRANGE', root .. 'active', '0', '-1')) do
            local run = present(id)
            if run then
                leave(run, worker)
            end
        end
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

