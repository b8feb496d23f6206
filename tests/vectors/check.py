#!/usr/bin/env python3
"""The second implementation of hibah's formats, written from the formats page alone (Python 3.11, standard library).

    check.py vectors DIR                      judge the golden vectors of DIR, whose README.md lists the refusal codes
    check.py ledger DIR_OR_URL [--root HEX]   rebuild a ledger from its served files; check every byte and signature
"""
import base64, datetime, functools, hashlib, itertools, json, pathlib, re, sys, threading, unicodedata, urllib.request

def require(holds, code):
    if not holds:
        raise ValueError(code)
def attempt(code, function, *arguments):
    try:
        return function(*arguments)
    except ValueError:
        raise ValueError(code) from None
def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

# Ed25519 (formats, section 4; RFC 8032). Points are extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, IDENTITY = -121665 * pow(121666, -1, P) % P, (0, 1, 1, 0)
def add(p, q):  # complete: right for every pair of points, doubling and small orders included
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * D * p[3] * q[3] % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
def is_identity(p, doublings=0):
    for _ in range(doublings):
        p = add(p, p)
    return p[0] == 0 and p[1] == p[2]
def decode_point(data):  # the point of a canonical encoding, None for all other bytes
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    x = x * pow(2, (P - 1) // 4, P) % P if (v * x * x + u) % P == 0 else x
    valid = len(data) == 32 and y < P and (v * x * x - u) % P == 0 and not (x == 0 and sign == 1)
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P) if valid else None
def table_of(point, bits):  # for each window of a 256-bit number, every multiple that it can ask for
    rows = []
    for _ in range(256 // bits):
        rows.append(list(itertools.accumulate([point] * 2**bits, add, initial=IDENTITY)))
        point = rows[-1].pop()
    return rows
def multiply(rows, number):
    bits = 256 // len(rows)
    return functools.reduce(add, (row[(number >> bits * i) % 2**bits] for i, row in enumerate(rows)))
BASE = table_of(decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little")), 8)
@functools.cache
def admit(public):  # the multiples of a public key that may be used at all
    point = decode_point(public)
    require(point, "key-not-canonical")
    require(not is_identity(point, 3), "key-small-order")
    rows = table_of(point, 4)
    require(is_identity(multiply(rows, L)), "key-torsion")
    return rows
def check_signature(public, message, signature):
    key, r, s = admit(public), decode_point(signature[:32]), int.from_bytes(signature[32:], "little")
    require(len(signature) == 64 and s < L, "s-not-reduced")
    require(r, "r-not-canonical")
    require(not is_identity(r, 3), "r-small-order")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    # [8]([S]B - [k]A - R) = 0; the key is torsion-free, so that [L - k]A is -[k]A.
    rest = add(add(multiply(BASE, s), multiply(key, L - k)), (-r[0], r[1], 1, -r[3]))
    require(is_identity(rest, 3), "equation")
def public_of_seed(seed):
    scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little") & (2**254 - 8) | 2**254
    x, y, z, _ = multiply(BASE, scalar)
    z = pow(z, -1, P)
    return (y * z % P | (x * z % P & 1) << 255).to_bytes(32, "little")

# Notes and verifier keys (C2SP signed-note).
def strict_base64(text):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text, "base64 spelt otherwise")
    return data
def read_note(data, sizes):  # the text and its lines as (name+id, signature); `sizes`: of key id and signature
    note, lines = attempt("not-utf8", data.decode), []
    text, gap, block = note.rpartition("\n\n")
    require(gap and block[-1:] == "\n" and not re.search(r"[\x00-\x09\x0b-\x1f]", note), "not-a-note")
    for line in block[:-1].split("\n"):
        parts = re.fullmatch(r"— ([^\s+]+) ([^ ]+)", line)
        raw = attempt("not-a-note", strict_base64, parts[2] if parts else "?")
        require(len(raw) in sizes, "not-a-note")
        lines.append((f"{parts[1]}+{raw[:4].hex()}", raw[4:]))
    return (text + "\n").encode(), lines
def read_vkey(vkey):  # of `name+id+base64`: name+id, the type of the key and its bytes
    name, key_id, encoded = (vkey.split("+", 2) + ["?", "?"])[:3]
    raw = attempt("bad-vkey", strict_base64, encoded)
    require(len(raw) == 33 and sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "bad-vkey")
    return f"{name}+{key_id}", raw[0], raw[1:]

# JSON: the library judges the syntax, the tokens in document order give the first refusal.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(?P<name>\s*:)?|(?P<number>-?[0-9][-+.eE0-9]*)|[{}\[\]]|true|false|null')
CHARACTERS = (pathlib.Path(__file__).resolve().parents[2] / "schema/characters-v1.txt").read_text()
RANGES = re.findall("^([0-9A-F]+) ([0-9A-F]+)$", CHARACTERS, re.M)
BAD_CHARACTER = re.compile("[^" + "".join(rf"\U{low:0>8}-\U{high:0>8}" for low, high in RANGES) + "]")
BAD_SPACES = re.compile(r"\A\s|\s\Z|\s\s")  # of the allowed characters, those of \s are exactly those of category Zs
def check_string(text):
    require(not BAD_CHARACTER.search(text), "bad-character")
    require(unicodedata.is_normalized("NFC", text), "not-nfc")
    require(not BAD_SPACES.search(text), "bad-spaces")
def read_json(text):
    objects, level = [], 0
    decode = json.JSONDecoder(object_pairs_hook=lambda pairs: objects.append(pairs) or dict(pairs),
                              parse_constant=int, parse_int=lambda digits: int(digits[:18])).decode
    value = attempt("bad-json", decode, text)
    tokens = [(json.loads(t[0].rstrip(": ")) if t[0][0] == '"' else t[0], t) for t in TOKEN.finditer(text)]
    attempt("bad-json", "".join(found for found, _ in tokens).encode)  # which fails on a lone surrogate
    require(isinstance(value, dict), "bad-json")
    require(all(len(dict(pairs)) == len(pairs) for pairs in objects), "repeated-field")
    for found, token in tokens:
        if token["name"]:
            require(re.fullmatch("[a-z][a-z0-9_]*", found), "bad-field-name")
        elif token["number"]:
            require(re.fullmatch("0|-?[1-9][0-9]*", found), "not-an-integer")
            require(len(found) < 18 and abs(int(found)) < 2**53, "number-too-large")
        elif token[0][0] == '"':
            check_string(found)
        else:
            require(found != "null", "null")
            level += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found, 0)
            require(level <= 8, "too-deep")
    return value

# Statements and entries (formats, sections 1 and 2). In the patterns N is a number from 1 on and Y a year.
FIELDS = {"about": str, "after": str, "body": dict, "event_date": str, "expires": str, "signers": list}
ABOUT = ("ledger|year/Y|official/N|org/N|case/a?N/N|(?:decree|list|budget)/Y/N"
         "|note/(?:official/N|org/N|desk)/N|award/[0-9a-f]{16}/N")
SIGNER = r"/(?:root/N|official/N|org/N|desk)\+[0-9a-f]{8}"
DATE, TIME = "Y-[0-9]{2}-[0-9]{2}", r"T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}"
HEADER = re.compile(rb"hibah/entry/v1\n(0|[1-9][0-9]{0,19})\n([0-9a-f]{64})\n([^\n]{23})Z\n\n")
OPENING = re.compile("hibah/opening/v1\n([0-9a-f]{64})\n(.*)\n([0-9a-f]{64})\n(.*)\n")
is_hash = re.compile("[0-9a-f]{64}").fullmatch
def fits(pattern, text):
    match = re.fullmatch(pattern.replace("N", "([1-9][0-9]{0,15})").replace("Y", "(?:19|[2-9][0-9])[0-9]{2}"), text)
    return match is not None and all(int(number) < 2**53 for number in match.groups() if number)
def check_time(pattern, text, code):
    require(fits(pattern, text), code)
    attempt(code, datetime.datetime.fromisoformat, text)
def read_statement(note, origin, keys, learn=lambda *_: None):  # the text and its value; `learn` may add keys it brings
    require(len(note) <= 65_000, "too-large")
    text, lines = read_note(note, {68})
    rows = text.decode().split("\n")
    require(len(rows) == 5, "wrong-line-count")
    require(rows[0] == "hibah/statement/v1", "wrong-version")
    require(rows[1] == origin, "wrong-origin")
    require(re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", rows[2]) and len(rows[2]) <= 64, "unknown-kind")
    value = read_json(rows[3])
    # RFC 8785. Names are ASCII by now, where code points sort as UTF-16 does, and no string holds a control character.
    require(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) == rows[3], "not-canonical")
    require(value.keys() <= FIELDS.keys(), "unknown-field")
    require(value.keys() == FIELDS.keys(), "missing-field")
    require(FIELDS == {name: type(of) for name, of in value.items()}, "wrong-type")
    require(set(map(type, value["signers"])) <= {str}, "wrong-type")
    after, signers, signed = value["after"], value["signers"], [signer for signer, _ in lines]
    require(fits(ABOUT, value["about"]), "bad-about")
    require(after == "" if rows[2] == "ledger.founded" else is_hash(after), "bad-after")
    check_time(DATE, value["event_date"], "bad-date")
    check_time(DATE, value["expires"], "bad-date")
    require(1 <= len(signers) <= 16 and all(fits(re.escape(origin) + SIGNER, signer) for signer in signers)
            and signers == sorted(set(signers)), "bad-signers")
    require(set(signers) <= set(signed), "missing-signature")
    require(len(signed) == len(signers), "extra-signature")
    require(signed == signers, "signature-order")
    learn(rows[2], value["body"])
    require(all(signer in keys for signer in signed), "unknown-key")
    for signer, signature in lines:
        attempt("bad-signature", check_signature, keys[signer], text, signature)
    return text, value
def read_entry(entry, index, previous, not_before):  # the time it was recorded and the statement in it
    require(len(entry) <= 65_535, "entry-too-large")
    require((header := HEADER.match(entry)) and int(header[1]) < 2**64, "bad-header")
    time = header[3].decode("latin-1")
    check_time(DATE + TIME, time, "bad-header")
    require(int(header[1]) == index, "wrong-index")
    require(header[2].decode() == previous, "wrong-previous")
    require(time + "Z" >= not_before, "time-goes-back")
    return time + "Z", entry[header.end():]
def open_commitment(opening, origin, text, value):  # the value that an opening file proves (formats, section 5)
    require(rows := OPENING.fullmatch(attempt("bad-opening", opening.decode)), "bad-opening")
    statement, pointer, salt, encoded = rows.groups()
    revealed = attempt("bad-opening", lambda: strict_base64(encoded).decode())
    attempt("bad-opening", check_string, revealed)
    require(statement == sha256(text).hex(), "wrong-statement")
    name, sealed = pointer.removeprefix("/body/sealed/"), value["body"].get("sealed")
    commitment = sealed.get(name) if name != pointer and isinstance(sealed, dict) else None
    require(isinstance(commitment, str) and is_hash(commitment), "no-such-commitment")
    place = f"hibah/sealed/v1\n{origin}\n{value['about']}\n{pointer}\n"
    require(sha256(place.encode(), bytes.fromhex(salt), revealed.encode()).hex() == commitment, "commitment-differs")
    return revealed

# The golden vectors: of each file, the field that a vector's judgement must give. A refusal is raised.
RESULTS = {"keys": "vkey", "statements": "hash", "entries": "leaf", "openings": "value", "signatures": None}
def judge(file, vector, keys):
    if file == "signatures":
        return check_signature(*(bytes.fromhex(vector[field]) for field in ("public", "message", "signature")))
    if file == "keys":
        signer, algorithm, public = read_vkey(vector["vkey"])
        require((signer[:-9], public) == (vector["name"], public_of_seed(bytes.fromhex(vector["seed"]))), "another key")
        keys.update({signer: public} if algorithm == 1 else {})
        return vector["vkey"]
    note = data = base64.b64decode(vector["entry_base64" if file == "entries" else "note_base64"])
    if file == "entries":
        _, note = read_entry(data, vector["index"], vector["previous"], vector["not_before"])
    text, value = read_statement(note, vector["origin"], keys)
    if file == "openings":
        return open_commitment(base64.b64decode(vector["opening_base64"]), vector["origin"], text, value)
    return sha256(b"\0", data).hex() if file == "entries" else sha256(text).hex()
def check_vectors(folder):  # none when every vector is judged as its file says, otherwise what is wrong
    keys, met, judged, wrong = {}, set(), [], 0
    for file, result in RESULTS.items():
        lines, here, differ = (folder / f"{file}.jsonl").read_text("utf-8").removesuffix("\n").split("\n"), [], 0
        require("" not in lines, f"{file}.jsonl is empty or has an empty line")
        for vector in map(json.loads, lines):
            expected = vector.get("expect", "accepted"), vector.get("refusal", vector.get(result))
            try:
                verdict = "accepted", judge(file, vector, keys)
            except ValueError as refusal:
                verdict = "refused", str(refusal)
            here, met = [*here, verdict[0]], met | {verdict[1]}
            if verdict != expected:
                differ += 1
                print(f"{file}: {vector['name']}: {expected} in the file, {verdict} here")
        print(f"{file}: {here.count('accepted')} accepted, {here.count('refused')} refused,",
              f"{differ} disagree" if differ else "all agree")
        wrong, judged = wrong + differ, judged + here * (file != "keys")
    codes = re.findall(r"^\| `([a-z0-9-]+)` \|", (folder / "README.md").read_text("utf-8"), re.M)
    print("refusal codes without a vector:", ", ".join(code for code in codes if code not in met) or "none")
    few = judged.count("accepted") < 40 or judged.count("refused") < 120
    return f"{wrong} disagree" if wrong else "fewer vectors than 40 accepted and 120 refused" if few else None

# A served ledger (formats, section 3; C2SP tlog-checkpoint and tlog-tiles; RFC 6962, section 2.1).
def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1", root_of(hashes[:half]), root_of(hashes[half:]))
def tile_path(level, number, width):
    *groups, last = re.findall("...", f"{number:0{-len(str(number)) // 3 * -3}}")
    return "/".join(["tile", str(level), *("x" + group for group in groups), last]) + f".p/{width}" * (width < 256)
def learn_keys(kind, body, keys, ledger):  # that a body brings; those of `ledger` sign checkpoints from then on
    own = {"ledger.founded": body.get("keys"), "ledger.rekeyed": {"ledger": body.get("ledger_key")}}.get(kind, {})
    for vkey in [*own.get("roots", [body.get("key")]), own.get("ledger")]:
        if isinstance(vkey, str) and vkey.count("+") > 1:
            signer, algorithm, public = read_vkey(vkey)
            require(admit(public) and algorithm == 1, "brings a key that is not for statements or checkpoints")
            once = keys.setdefault(signer, public), [*keys.values()].count(public)
            require(once == (public, 1), "brings a second key of one name and id, or a public key under a second name")
            ledger.update([signer] if vkey == own.get("ledger") else [])
    ledger.difference_update([body.get("retires")] if kind == "ledger.rekeyed" else [])
def check_ledger(place, wanted_root):  # none when the ledger holds, otherwise what is wrong
    base = place.rstrip("/") if "://" in place else pathlib.Path(place).resolve().as_uri()
    fetch = lambda path: urllib.request.urlopen(f"{base}/{path}", timeout=60).read()
    keys, ledger, leaves, time, signed, tiles, level, at = {}, set(), [], "", 0, 0, 0, "checkpoint"
    try:
        text, lines = read_note(fetch(at), range(5, 65_000))
        origin, size, root = re.fullmatch("(.+)\n(0|[1-9][0-9]{0,18})\n(.+)\n", text.decode()).groups()
        for number in range(-(-int(size) // 256)):
            at, stop = f"entry bundle {number}", min(256 * number + 256, int(size))
            bundle = fetch(tile_path("entries", number, stop - 256 * number))
            while len(leaves) < stop:
                at, end = f"entry {len(leaves)}", 2 + int.from_bytes(bundle[:2], "big")
                entry, bundle = bundle[2:end], bundle[end:]
                require(len(entry) == end - 2, "cut short in its bundle")
                time, note = read_entry(entry, len(leaves), leaves[-1].hex() if leaves else "0" * 64, time)
                _, value = read_statement(note, origin, keys, lambda kind, body: learn_keys(kind, body, keys, ledger))
                leaves.append(sha256(b"\0", entry))
                signed += len(value["signers"])
            require(bundle == b"", "bytes after it in its bundle")
        at, hashes, found = "root", leaves, root_of(leaves)
        require(found == strict_base64(root), f"the entries have {found.hex()}")
        require(wanted_root in (None, found.hex()), f"{found.hex()}, not {wanted_root}")
        while hashes:
            parts = [hashes[i:i + 256] for i in range(0, len(hashes), 256)]
            for number, part in enumerate(parts):
                at, tiles = tile_path(level, number, len(part)), tiles + 1
                require(fetch(at) == b"".join(part), "not made of the entries' hashes")
            level, hashes = level + 1, [root_of(part) for part in parts if len(part) == 256]
        at, ours = "checkpoint", [line for line in lines if line[0] in ledger and line[0][:-9] == origin]
        require(ours and ledger <= dict(ours).keys(), "not signed by every key of the ledger that is in force")
        for signer, signature in ours:
            check_signature(keys[signer], text, signature)
    except (ValueError, OSError, LookupError, AttributeError) as problem:
        return f"{at}: {problem}"
    print(f"{origin}\nsize {size}\nroot {found.hex()}\nchecked: {size} entries, {signed} statement signatures by "
          f"{len(keys)} keys, {tiles} hash tiles, {len(ours)} checkpoint signature(s)")
def main(command="", place="", option="--root", root=None):
    if command in ("vectors", "ledger"):
        outcome[0] = check_vectors(pathlib.Path(place)) if command == "vectors" else check_ledger(place, root)

if __name__ == "__main__":
    outcome = [__doc__]
    threading.stack_size(512 << 20)  # a stack on which the deepest JSON that fits a statement can be read
    sys.setrecursionlimit(1_000_000)
    thread = threading.Thread(target=main, args=sys.argv[1:])
    thread.start()
    thread.join()
    sys.exit(outcome[0])
