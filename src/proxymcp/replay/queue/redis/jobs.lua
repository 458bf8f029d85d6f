-- Runs and jobs: putting in, leasing, committing, results.

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
    keep_shard(run, lease.shard, worker)
    local due = now + run.lease
    if run.sweep == 0 or due < run.sweep then
        run.sweep = due
        redis.call('HSET', key(run, 'run'), 'sweep', int(due))
    end
    local cells = row(run, job, lease, fields)
    granted.bytes = granted.bytes + #fields[6] + #fields[8] + (cells[13] and #cells[13] or 0)
    table.insert(granted.rows, cells)
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
    local passed_over = 0
    while #granted.rows < room and granted.bytes < ROWS_BYTES_MAX and passed_over < PASSED_OVER_MAX do
        local count = math.min(room - #granted.rows, 16)
        local read = redis.call('XREADGROUP', 'GROUP', 'w', worker, 'COUNT', int(count), 'STREAMS', key(run, 'jobs'), '>')
        if not read then
            return
        end
        for _, one in ipairs(read[1][2]) do
            if one[2][4] == '' or is_first(run, worker, one[1], one[2][4]) then
                grant(run, worker, one[1], one[2], granted)
            else
                passed_over = passed_over + 1
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
    if run.cancelled then
        return run.count
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
            keep_shard(runs[id], lease.shard, lease.worker)
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
        keep_shard(run, lease.shard, lease.worker)
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
        if not (lease.unsafe == '1' and lease.sending) and not run.cancelled then
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
        if run.enqueued == run.count and redis.call('XLEN', key(run, 'jobs')) == 0 then
            return 0
        end
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
    local rows, bytes, from, limit = {}, 0, tonumber(ARGV[4]) + 1, tonumber(ARGV[5])
    while #rows < limit and bytes < PAGE_BYTES_MAX do
        local some = redis.call('XRANGE', key(run, 'ends'), '0-' .. int(from), '+', 'COUNT', int(math.min(16, limit - #rows)))
        if #some == 0 then
            break
        end
        for _, one in ipairs(some) do
            table.insert(rows, one)
            for i = 2, #one[2], 2 do
                bytes = bytes + #one[2][i]
            end
        end
        from = from + #some
    end
    return rows
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
    if redis.call('XLEN', key(run, 'jobs')) > 0 or run.enqueued < run.count and not run.cancelled then
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

