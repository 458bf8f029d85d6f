import base64, hashlib, hmac, json, os, re, secrets, sys, time, uuid
from urllib.parse import quote, quote_plus, unquote, unquote_plus

FOLDER = sys.argv[1]


class Stop(Exception):
    pass


class Number(str):
    """The digits of a JSON number as they stood."""


def read(name):
    try:
        with open(os.path.join(FOLDER, name), 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return b''


# Answers

class Response:
    def __init__(self, step):
        self.fields = []
        for line in read(step + '.head').decode('latin-1').splitlines():
            if line.startswith('HTTP/'):
                self.fields = []  # Only the last head counts: those before are of status 1xx.
            elif ':' in line:
                name, value = line.split(':', 1)
                self.fields.append((name.strip().lower(), value.strip()))
        charset = re.search(r'charset="?([^\s;"]+)', self.first('content-type') or '', re.I)
        octets = read(step + '.body')
        try:
            self.text = octets.decode(charset.group(1) if charset else 'utf-8', 'replace').lstrip('\ufeff')
        except LookupError:
            self.text = octets.decode('utf-8', 'replace')

    def first(self, name):
        return next((value for key, value in self.fields if key == name.lower()), None)

    def cookie(self, name):
        newest = None
        for key, value in self.fields:
            pair = value.split(';')[0]
            if key == 'set-cookie' and '=' in pair and pair.split('=', 1)[0].strip() == name:
                newest = pair.split('=', 1)[1].strip()
        return newest

    def json(self):
        text = self.text
        media = (self.first('content-type') or '').split(';')[0].strip().lower()
        declared = media.endswith(('ndjson', 'jsonl', 'jsonlines', 'json-lines', 'json-seq')) or media == 'application/stream+json'
        if not declared:
            begin = re.search(r'[{\[]', text[4:]) if text.startswith((")]}'", 'for(;;)', 'while(1)')) else None
            value = parsed(text[4 + begin.start():] if begin else text)
            if value is not None or begin:
                return value
        lines = [line for line in re.split('[\n\x1e]', text) if line.strip()]
        values = [parsed(line) for line in lines]
        good = len([value for value in values if value is not None])
        return [{} if value is None else value for value in values] if good and (declared or good == len(values) > 1) else None

    def events(self):
        found, data = [], []
        for line in re.split('\r\n|\r|\n', self.text) + ['']:
            if line.startswith('data:'):
                data.append(line[6:] if line.startswith('data: ') else line[5:])
            elif not line and data:
                found.append('\n'.join(data))
                data = []
        return [event for event in found if event]


# JSON

def parsed(text):
    try:
        return json.loads(text, parse_int=Number, parse_float=Number)
    except ValueError:
        return None


def written(value):
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return '{' + ','.join(json.dumps(key, ensure_ascii=False) + ':' + written(item) for key, item in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ','.join(written(item) for item in value) + ']'
    return json.dumps(value, ensure_ascii=False)


def at_path(root, path):
    """The first value at a path, as text; None for null, too."""
    values = [root] if root is not None else []
    at = 1
    while at < len(path):
        deep = path.startswith('..', at)
        at += 2 if deep else 1 if path[at] == '.' else 0
        if path[at] == '[':
            part = re.compile(r'''\[((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\]"'])*)\]''').match(path, at)
            choices = re.findall(r'''"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,\s]+''', part.group(1))
        else:
            part = re.compile(r'[^.\[]+').match(path, at)
            choices = [part.group() if part.group() == '*' else json.dumps(part.group())]
        at = part.end()
        if deep:
            values = [below for value in values for below in descendants(value)]
        values = [child for value in values for choice in choices for child in children(value, choice)]
    value = values[0] if values else None
    return value if value is None or type(value) is str else written(value)


def descendants(value):
    yield value
    for child in children(value, '*'):
        yield from descendants(child)


def children(value, choice):
    is_object, is_array = isinstance(value, dict), isinstance(value, list)
    if choice == '*':
        return list(value.values()) if is_object else value if is_array else []
    if choice[0] in '"\'':
        name = json.loads(choice if choice[0] == '"' else '"' + choice[1:-1].replace("\\'", "'").replace('"', '\\"') + '"')
        return [value[name]] if is_object and name in value else []
    if not is_array:
        return []
    if ':' in choice:
        return value[slice(*[int(part) if part else None for part in choice.split(':')])]
    return [value[int(choice)]] if -len(value) <= int(choice) < len(value) else []


# Pages

def unescaped(text):
    named = {'amp': '&', 'lt': '<', 'gt': '>', 'quot': '"', 'apos': "'", 'nbsp': '\u00a0'}

    def character(match):
        entity = match.group(1)
        if entity in named:
            return named[entity]
        code = int(entity[2:], 16) if entity[1] in 'xX' else int(entity[1:])
        return chr(code) if code < 0x110000 else match.group()
    return re.sub(r'&(#[xX][0-9A-Fa-f]{1,7}|#[0-9]{1,7}|amp|lt|gt|quot|apos|nbsp);', character, text)


def tags(page):
    at = page.find('<')
    while at >= 0:
        if page.startswith('<!--', at):
            end = page.find('-->', at + 4)
            at = page.find('<', end) if end >= 0 else -1
            continue
        name = re.compile(r'<([A-Za-z0-9]+)').match(page, at)
        if not name:
            at = page.find('<', at + 1)
            continue
        attributes, at = {}, name.end()
        piece = re.compile(r'''[\s/]+|([^\s=>/][^\s=>]*)(?:=("[^"]*"?|'[^']*'?|[^\s>]*))?|=''')
        while at < len(page) and page[at] != '>':
            found = piece.match(page, at)
            at = found.end()
            if found.group(1):
                value = found.group(2) or ''
                value = value[1:].rstrip(value[0]) if value[:1] in ('"', "'") and value else value
                attributes.setdefault(found.group(1).lower(), unescaped(value))
        text = ''
        if name.group(1).lower() == 'script':
            end = page.find('</script', at)
            end = len(page) if end < 0 else end
            text, at = page[at + 1:end], end
        yield name.group(1).lower(), attributes, text
        at = page.find('<', at)


def in_page(page, expression):
    """TAG[NAME=VALUE]@NAME; *= looks for a part."""
    form = re.fullmatch(r'([^\[@]*)(?:\[(.*)\])?(?:@([^\]]*))?', expression, re.S)
    condition, wanted = form.group(2) or '', form.group(3) or ''
    key, equals, value = condition.partition('=')
    part = bool(equals) and key.endswith('*')
    key = key[:-1] if part else key
    for tag, attributes, text in tags(page):
        fits = tag == form.group(1) and (not key or key in attributes and (value in attributes[key] if part else value in ('', attributes[key])))
        if fits:
            usual = {'input': 'value', 'button': 'value', 'option': 'value', 'meta': 'content'}.get(tag)
            found = attributes.get(wanted) if wanted else attributes.get(usual) if usual else text or None
            if found is not None:
                return found
    return None


# Selectors

INNER = r' \| (?=(?:query|fragment|path|json|jwt|regex):|(?:url|html|js|base64)(?: \| |$))'


def select(response, selector):
    first, *rest = re.split(INNER, selector)
    kind, argument = first.split(':', 1)
    value = source(response, kind, argument)
    for stage in rest:
        if value is None:
            return None
        kind, _, argument = stage.partition(':')
        value = inner(value, kind, argument)
    return value


def source(response, kind, argument):
    if kind == 'json':
        return at_path(response.json(), argument)
    if kind == 'header':
        return response.first(argument)
    if kind == 'cookie':
        return response.cookie(argument)
    if kind == 'regex':
        return first_match(argument, response.text)
    if kind == 'html':
        return in_page(response.text, argument)
    number, path = re.fullmatch(r'(?:(\d{1,5})(?::|$))?(.*)', argument, re.S).groups()
    events = response.events()
    for event in events if number is None else events[int(number):int(number) + 1]:
        message = re.match(r'[\d\s]{0,8}(?=[{\[])', event)
        found = event if not path else at_path(parsed(event[message.end():]), path) if message else None
        if found is not None:
            return found
    return None


def inner(value, kind, argument):
    if kind in ('query', 'fragment', 'path'):
        before, _, fragment = value.partition('#')
        location, _, query = before.partition('?')
        if kind == 'path':
            location = re.sub(r'^[a-zA-Z][^/]{0,9}://[^/]*/?', '', location) if '://' in location[:13] else location
            segments = location[1:].split('/') if location.startswith('/') else location.split('/')
            return unquote(segments[int(argument) - 1]) if argument.isdigit() and 0 < int(argument) <= len(segments) else None
        return pair(query if kind == 'query' else fragment, argument)
    if kind == 'json':
        return at_path(parsed(value), argument)
    if kind == 'jwt':
        parts = value[value.rfind(' ') + 1:].split('.')
        claims, head = (parsed(decoded(part) or '') for part in (parts[1:2] + [''])[:1] + parts[:1])
        return at_path(dict(claims, header=head), argument) if isinstance(claims, dict) and head is not None else None
    if kind == 'regex':
        return first_match(argument, value)
    if kind == 'url':
        return unquote(value)
    if kind == 'html':
        return unescaped(value)
    if kind == 'js':
        plain = parsed('"' + value.replace("\\'", "'").replace('\\x', '\\u00').replace('\t', '\\t') + '"')
        return plain if isinstance(plain, str) else value
    return decoded(value)


def first_match(expression, text):
    try:
        match = re.search(re.sub(r'\(\?<(?=[A-Za-z])', '(?P<', expression), text)
    except re.error as error:
        raise Stop("python3 cannot read the expression '%s': %s" % (expression, error))
    if not match:
        return None
    return match.group() if not match.re.groups else next((group for group in match.groups() if group is not None), None)


def decoded(value):
    plain = value.rstrip('=').replace('+', '-').replace('/', '_')
    if not re.fullmatch('[A-Za-z0-9_-]*', plain) or len(plain) % 4 == 1:
        return None
    return base64.urlsafe_b64decode(plain + '=' * (-len(plain) % 4)).decode('utf-8', 'replace')


def pair(pairs, wanted):
    for each in pairs.split('&'):
        name, equals, value = each.partition('=')
        if equals and unquote_plus(name) == wanted:
            return unquote_plus(value)
    return None


# Requests

def coded(codings, value):
    for coding in codings.split('+'):
        value = {
            'url': lambda text: quote(text, safe=''),
            'form': lambda text: quote_plus(text, safe='*').replace('~', '%7E'),
            'component': lambda text: quote(text, safe="!*'()"),
            'query': lambda text: quote(text, safe="!*'()/?:@$,;"),
            'json': lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
            'html': lambda text: text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;').replace("'", '&#39;'),
            'base64': lambda text: base64.b64encode(text.encode()).decode(),
            'base64url': lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip('='),
            'lower': str.lower,
            'upper': str.upper,
        }[coding](value)
    return value


def encoded(digest, encoding):
    if encoding in ('hex', 'HEX'):
        return digest.hex() if encoding == 'hex' else digest.hex().upper()
    return base64.b64encode(digest).decode() if encoding == 'base64' else base64.urlsafe_b64encode(digest).decode().rstrip('=')


# Signatures

def signed(step, algorithm, encoding, separator, *parts):
    """Parts are pairs of kind and argument, of an HMAC its key first."""
    request = Request(step)
    texts = [request.part(parts[i], parts[i + 1]).encode() for i in range(0, len(parts), 2)]
    name = re.sub('^Hmac', '', algorithm).replace('-', '').lower()
    if algorithm.startswith('Hmac'):
        if not texts[0]:
            raise Stop('the key of a signature is empty')
        digest = hmac.new(texts[0], separator.encode().join(texts[1:]), name).digest()
    else:
        digest = hashlib.new(name, separator.encode().join(texts)).digest()
    return encoded(digest, encoding)


class Request:
    def __init__(self, step):
        self.method, url, *self.fields = read(step + '.unsigned').decode().split('\n')[:-1]
        self.body = read(step + '.request').decode('utf-8', 'replace')
        scheme, rest = url.partition('#')[0].split('://', 1)
        self.host = re.match('[^/?]*', rest).group()
        target = rest[len(self.host):]
        self.target = ''.join(c if ' ' < c < '\x7f' else quote(c) for c in (target if target.startswith('/') else '/' + target))
        self.host = re.sub(':80$' if scheme.lower() == 'http' else ':443$', '', self.host.lower())
        self.path, _, self.query = self.target.partition('?')

    def part(self, kind, argument):
        if kind == 'target':
            query = without(self.query, argument)
            return self.path + ('?' + query if query else '')
        if kind == 'field':
            return self.field(argument)
        return {
            'method': lambda: self.method,
            'host': lambda: self.host,
            'path': lambda: self.path,
            'query': lambda: without(self.query, argument),
            'sorted_query': lambda: without(self.query, argument, True),
            'sorted_pairs': lambda: ''.join(sorted(unquote_plus(name) + unquote_plus(value)
                                                   for name, _, value in (each.partition('=') for each in without(self.query, argument).split('&')))),
            'form': lambda: without(self.body, argument),
            'sorted_form': lambda: without(self.body, argument, True),
            'body': lambda: self.body,
            'body_hash': lambda: hashlib.new(argument.replace('-', '').lower(), self.body.encode()).hexdigest(),
            'value': lambda: argument,
            'literal': lambda: argument,
        }[kind]()

    def field(self, location):
        part, name = re.fullmatch(r'request\.([^.]*)\.(.*)', location, re.S).groups()
        fields = [('host', self.host)] + [tuple(text.strip() for text in line.split(':', 1)) for line in self.fields]
        if part == 'header':
            return next((value for key, value in fields if key.lower() == name.lower()), '')
        if part == 'cookie':
            pairs = [each.partition('=') for key, value in fields if key.lower() == 'cookie' for each in value.split(';')]
            return next((value.strip() for key, equals, value in pairs if equals and key.strip() == name), '')
        return (pair(self.query, name) if part == 'query' else pair(self.body, name) if part == 'form' else at_path(parsed(self.body), name)) or ''


def without(pairs, name, ordered=False):
    kept = [each for each in pairs.split('&') if each and (not name or unquote_plus(each.partition('=')[0]) != name)]
    return '&'.join(sorted(kept) if ordered else kept)


# Values that the client makes

def made(kind, *arguments):
    if kind == 'uuid':
        text = str(uuid.uuid4())
        return text.upper() if arguments[0] == 'upper' else text
    if kind == 'nonce':
        letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
        alphabet = {'hex': '0123456789abcdef', 'digits': '0123456789', 'alphanumeric': letters, 'base64url': letters + '-_'}[arguments[0]]
        text = ''.join(secrets.choice(alphabet) for _ in range(int(arguments[1])))
        return '1' + text[1:] if arguments[0] == 'digits' and text[0] == '0' else text
    if kind == 'pkce':
        return encoded(hashlib.sha256(arguments[0].encode()).digest(), 'base64url')
    if kind == 'key':
        return base64.b64encode(secrets.token_bytes(16)).decode()
    now = time.time_ns()
    units = {'seconds': 10 ** 9, 'millis': 10 ** 6, 'micros': 10 ** 3}
    if kind in units:
        return str(now // units[kind])
    moment = time.gmtime(now // 10 ** 9)
    if kind == 'http':
        days, months = 'Mon Tue Wed Thu Fri Sat Sun'.split(), 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()
        return '%s, %02d %s %d %s GMT' % (days[moment.tm_wday], moment.tm_mday, months[moment.tm_mon - 1], moment.tm_year, time.strftime('%H:%M:%S', moment))
    sample = arguments[0]
    digits = min(9, len(re.search(r'\.(\d*)', sample + '.').group(1)))
    fraction = '.' + ('%09d' % (now % 10 ** 9))[:digits] if digits else ''
    return time.strftime('%Y-%m-%d' + (' ' if ' ' in sample else 'T') + '%H:%M:%S', moment) + fraction + ('+00:00' if re.search(r'[+-]\d\d:\d\d$', sample) else 'Z')


# What is asked for

def put(text):
    if '\0' in text or text.endswith('\n'):
        raise Stop('a value ends with a line break or holds NUL, which no variable of a shell can')
    sys.stdout.buffer.write(text.encode())


def run(action, *arguments):
    if action == 'take':
        step, name, selector = arguments
        value = select(Response(step), selector)
        if not value:
            raise Stop('%s: {%s}: there is %s in its answer at %s' % (step, name, 'nothing' if value is None else 'only an empty text', selector))
        put(value)
    elif action in ('find', 'has'):
        value = select(Response(arguments[0]), arguments[1])
        if value is None:
            sys.exit(3)
        if action == 'find':
            put(value)
    elif action == 'code':
        sys.stdout.buffer.write(coded(arguments[0], sys.stdin.buffer.read().decode()).encode())
    else:
        put(signed(*arguments) if action == 'sign' else made(*arguments))


try:
    run(*sys.argv[2:])
except Stop as stop:
    sys.exit(str(stop))
except Exception as error:
    sys.exit('%s: %s: %s' % (' '.join(sys.argv[2:])[:200], type(error).__name__, error))
