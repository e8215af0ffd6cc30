// Checks a certificate in the browser, with no server: the same steps as tools/verify_certificate.py, nothing is sent.
// SHA-2 and unpacking are the browser's; signatures are checked here, strictly, so that every browser answers the same.
(() => {
  "use strict";
  const page = document.querySelector("[data-offline]");
  if (!page) return;

  class Invalid extends Error {}
  // A paper of the platform that this page does not check.
  class Other extends Error {}
  // `why` names a sentence of the page ([data-reason]).
  const need = (holds, why) => { if (!holds) throw new Invalid(why); };
  const DAY = 24 * 3600 * 1000;
  const PARTS = ["credential.json", "credential.jwt", "salt", "certificate.tlog-proof", "certificate.json"];
  const [CREDENTIAL, TOKEN, SALT, PROOF, FACTS] = PARTS;
  const RATIO = "ratio-proof.json";

  // --- bytes -----------------------------------------------------------------------------------------------------
  const utf8 = (text) => new TextEncoder().encode(text);
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const latin = (bytes) => {
    let made = "";
    for (let at = 0; at < bytes.length; at += 8192) made += String.fromCharCode(...bytes.slice(at, at + 8192));
    return made;
  };
  const raw = (binary) => Uint8Array.from(binary, (one) => one.charCodeAt(0));
  const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  const fromHex = (digits) => Uint8Array.from(digits.match(/../g) || [], (two) => parseInt(two, 16));
  const same = (a, b) => hex(a) === hex(b);
  const join = (...all) => {
    const made = new Uint8Array(all.reduce((size, one) => size + one.length, 0));
    all.reduce((at, one) => { made.set(one, at); return at + one.length; }, 0);
    return made;
  };
  const big = (bytes) => BigInt(`0x${hex(bytes) || "0"}`);
  const little = (bytes) => big(Uint8Array.from(bytes).reverse());
  const digest = async (kind, bytes) => new Uint8Array(await crypto.subtle.digest(kind, bytes));
  const sha256 = (...all) => digest("SHA-256", join(...all));
  const decode64 = (written, size = 0) => {
    const value = raw(atob(written));
    need(btoa(latin(value)) === written && (!size || value.length === size), "form");
    return value;
  };
  const decode64url = (written) => {
    const value = raw(atob(written.replace(/-/g, "+").replace(/_/g, "/")));
    need(btoa(latin(value)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") === written, "form");
    return value;
  };
  const unpack = async (bytes, kind) => {
    const packed = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(kind));
    const made = [];
    let size = 0;
    for (const reader = packed.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return join(...made);
      size += value.length;
      need(size <= 1_000_000, "form");
      made.push(value);
    }
  };

  // --- numbers ---------------------------------------------------------------------------------------------------
  const mod = (a, m) => ((a % m) + m) % m;
  const power = (base, exponent, m) => {
    let made = 1n;
    for (let one = mod(base, m), rest = exponent; rest; rest >>= 1n, one = (one * one) % m) if (rest & 1n) made = (made * one) % m;
    return made;
  };
  const inverse = (a, m) => {
    let [low, high, x, y] = [mod(a, m), m, 1n, 0n];
    while (low > 1n) { const by = high / low; [low, high, x, y] = [high - by * low, low, y - by * x, x]; }
    return mod(x, m);
  };

  // Ed25519 (RFC 8032): one spelling per key, point and number; no points of small order.
  const P = 2n ** 255n - 19n;
  const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const D = mod(-121665n * inverse(121666n, P), P);
  const ROOT = power(2n, (P - 1n) / 4n, P);
  const edAdd = (a, b) => {
    const m = mod((a[1] - a[0]) * (b[1] - b[0]), P);
    const n = mod((a[1] + a[0]) * (b[1] + b[0]), P);
    const c = mod(2n * a[3] * b[3] * D, P);
    const d = mod(2n * a[2] * b[2], P);
    const [e, f, g, h] = [n - m, d - c, d + c, n + m];
    return [mod(e * f, P), mod(g * h, P), mod(f * g, P), mod(e * h, P)];
  };
  const edTimes = (number, point) => {
    let made = [0n, 1n, 1n, 0n];
    for (let one = point, rest = number; rest; rest >>= 1n, one = edAdd(one, one)) if (rest & 1n) made = edAdd(made, one);
    return made;
  };
  const edFlat = (point) => { const by = inverse(point[2], P); return [mod(point[0] * by, P), mod(point[1] * by, P)]; };
  const edPoint = (bytes) => {
    const number = little(bytes);
    const y = number & (2n ** 255n - 1n);
    const sign = number >> 255n;
    const square = mod((y * y - 1n) * inverse(D * y * y + 1n, P), P);
    let x = power(square, (P + 3n) / 8n, P);
    if (mod(x * x, P) !== square) x = mod(x * ROOT, P);
    if (y >= P || mod(x * x, P) !== square || (x === 0n && sign)) return null;
    if ((x & 1n) !== sign) x = P - x;
    const point = [x, y, 1n, mod(x * y, P)];
    const [small, one] = edFlat(edTimes(8n, point));
    return small === 0n && one === 1n ? null : point;
  };
  const ed25519 = async (key, signature, message) => {
    if (key.length !== 32 || signature.length !== 64) return false;
    const [public_, head, number] = [edPoint(key), edPoint(signature.slice(0, 32)), little(signature.slice(32))];
    if (!public_ || !head || number >= ORDER) return false;
    const base = edPoint(fromHex("58" + "66".repeat(31)));
    const hashed = little(await digest("SHA-512", join(signature.slice(0, 32), key, message))) % ORDER;
    const against = [P - public_[0], public_[1], 1n, P - public_[3]];
    const [x, y] = edFlat(edAdd(edTimes(number, base), edTimes(hashed, against)));
    return x === head[0] && y === head[1];
  };

  // ECDSA on P-256 and RSA with PKCS#1 v1.5: what seals are made with.
  const Q = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const CURVE_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  const CURVE_N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const CURVE_G = [
    0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  ];
  const flatJoin = (a, b) => {
    if (!a || !b) return a || b;
    if (a[0] === b[0] && mod(a[1] + b[1], Q) === 0n) return null;
    const slope = a[0] === b[0]
      ? (3n * a[0] * a[0] - 3n) * inverse(2n * a[1], Q)
      : (b[1] - a[1]) * inverse(b[0] - a[0], Q);
    const x = mod(slope * slope - a[0] - b[0], Q);
    return [x, mod(slope * (a[0] - x) - a[1], Q)];
  };
  const flatTimes = (number, point) => {
    let made = null;
    for (let one = point, rest = number; rest; rest >>= 1n, one = flatJoin(one, one)) if (rest & 1n) made = flatJoin(made, one);
    return made;
  };
  const ecdsa = (key, r, s, hashed) => {
    const [x, y] = [big(key.slice(1, 33)), big(key.slice(33))];
    const onCurve = key.length === 65 && key[0] === 4 && x < Q && y < Q && mod(y * y - x ** 3n + 3n * x - CURVE_B, Q) === 0n;
    if (!onCurve || r <= 0n || s <= 0n || r >= CURVE_N || s >= CURVE_N) return false;
    const by = inverse(s, CURVE_N);
    const first = flatTimes(mod(big(hashed) * by, CURVE_N), CURVE_G);
    const point = flatJoin(first, flatTimes(mod(r * by, CURVE_N), [x, y]));
    return Boolean(point) && mod(point[0], CURVE_N) === r;
  };
  const rsa = (modulus, exponent, signature, hashed) => {
    const bits = modulus.toString(2).length;
    const size = Math.ceil(bits / 8);
    if (bits < 2048 || signature.length !== size || big(signature) >= modulus) return false;
    const padded = `0001${"ff".repeat(size - 54)}003031300d060960864801650304020105000420${hex(hashed)}`;
    return power(big(signature), exponent, modulus) === BigInt(`0x${padded}`);
  };

  // --- DER and CMS: every byte that nothing signs has one permitted form --------------------------------------------
  const SHA256_FORMS = ["300d06096086480165030402010500", "300b0609608648016503040201"];
  const RSA_FORMS = ["300d06092a864886f70d01010b0500", "300d06092a864886f70d0101010500"];
  const DATA = "06092a864886f70d010701";
  const STAMP_INFO = "060b2a864886f70d0109100104";
  const der = (data, at = 0) => {
    const tag = data[at];
    let [size, start] = [data[at + 1], at + 2];
    need(size !== undefined && (tag & 31) !== 31, "seal");
    if (size > 127) {
      const count = size & 127;
      need(count > 0 && count < 5, "seal");
      size = Number(big(data.slice(start, start + count)));
      start += count;
      need(size > 127 && Math.floor(size / 256 ** (count - 1)) > 0, "seal");
    }
    need(start + size <= data.length, "seal");
    return { tag, body: data.slice(start, start + size), whole: data.slice(at, start + size) };
  };
  const parts = (data, ...tags) => {
    const found = [];
    for (let at = 0; at < data.length; at += found.at(-1).whole.length) found.push(der(data, at));
    need(!tags.length || found.map((one) => one.tag).join() === tags.join(), "seal");
    return found;
  };
  const only = (data) => {
    const one = der(data);
    need(one.tag === 0x30 && one.whole.length === data.length, "seal");
    return one.body;
  };
  const integer = ({ tag, body }) => {
    need(tag === 2 && body.length && body[0] < 128 && (body.length === 1 || body[0] || body[1] > 127), "seal");
    return big(body);
  };
  const attributes = (body) => {
    const found = new Map();
    for (const one of parts(body)) {
      need(one.tag === 0x30, "seal");
      const [name, values] = parts(one.body, 6, 0x31);
      need(!found.has(hex(name.whole)), "seal");
      found.set(hex(name.whole), values.body);
    }
    return found;
  };
  const fieldsOf = (certificate) => {
    const fields = parts(parts(der(certificate).body)[0].body);
    return fields[0].tag === 0xa0 ? fields.slice(1) : fields;
  };
  const nameOf = (certificate) => {
    const fields = fieldsOf(certificate);
    const inside = join(fields[2].whole, fields[0].whole);
    const size = inside.length;
    return join(size < 128 ? [0x30, size] : size < 256 ? [0x30, 129, size] : [0x30, 130, size >> 8, size & 255], inside);
  };
  const signedBy = (certificate, algorithm, signature, hashed) => {
    const [kind, key] = parts(fieldsOf(certificate)[5].body, 0x30, 3);
    if (algorithm === "300a06082a8648ce3d040302" && hex(kind.whole) === "301306072a8648ce3d020106082a8648ce3d030107") {
      const [r, s] = parts(only(signature), 2, 2);
      return ecdsa(key.body.slice(1), integer(r), integer(s), hashed);
    }
    if (RSA_FORMS.includes(algorithm) && hex(kind.whole) === RSA_FORMS[1]) {
      const [modulus, exponent] = parts(der(key.body.slice(1)).body, 2, 2);
      return rsa(integer(modulus), integer(exponent), signature, hashed);
    }
    return false;
  };
  const checkCms = async (blob, kind, hashed, signers, others, version) => {
    const outer = parts(only(blob), 6, 0xa0);
    const signed = parts(only(outer[1].body), 2, 0x31, 0x30, 0xa0, 0x31);
    need(hex(outer[0].whole) === "06092a864886f70d010702" && hex(signed[0].body) === `0${version}`, "seal");
    need(SHA256_FORMS.includes(hex(signed[1].body)) && (kind !== DATA || hex(signed[2].body) === DATA), "seal");
    const info = parts(only(signed[4].body));
    const tags = info.map((one) => one.tag).join();
    need(["2,48,48,160,48,4", "2,48,48,160,48,4,161"].includes(tags), "seal");
    need(hex(info[0].body) === "01" && SHA256_FORMS.includes(hex(info[2].whole)), "seal");
    let mine = null;
    for (const { whole } of parts(signed[3].body)) {
      const print = hex(await sha256(whole));
      need(signers.includes(print) || others.includes(print), "stranger");
      if (signers.includes(print) && same(nameOf(whole), info[1].whole)) mine = whole;
    }
    need(mine, "stranger");
    const known = attributes(info[3].body);
    need(hex(known.get("06092a864886f70d010903") || []) === kind, "seal");
    need(hex(known.get("06092a864886f70d010904") || []) === `0420${hex(hashed)}`, "changed");
    need(signedBy(mine, hex(info[4].whole), info[5].body, await sha256([0x31], info[3].whole.slice(1))), "seal");
    return [info[5].body, info[6] ? info[6].body : null];
  };
  // A time stamp over this digest, by an authority that the policy names.
  const checkToken = async (token, hashed, policy) => {
    const outer = parts(only(parts(only(token))[1].body));
    const [kind, content] = parts(outer[2].body, 6, 0xa0);
    const info = parts(content.body, 4)[0].body;
    const imprint = parts(parts(only(info))[2].body, 0x30, 4);
    need(hex(kind.whole) === STAMP_INFO && SHA256_FORMS.includes(hex(imprint[0].whole)), "seal");
    need(same(imprint[1].body, hashed), "changed");
    const [, rest] = await checkCms(token, STAMP_INFO, await sha256(info), policy.prints.stamp, policy.prints.certificate, 3);
    need(!rest, "seal");
  };
  const checkStamp = async (signature, unsigned, policy) => {
    if (!unsigned) return;
    const found = attributes(unsigned);
    const token = found.get("060b2a864886f70d010910020e");
    need(found.size === 1 && token, "seal");
    await checkToken(token, await sha256(signature), policy);
  };

  // --- the PDF: ours are written in one way, and another is not read -------------------------------------------------
  // Values: names as {name}, strings as {string}, references as {ref}, numbers with a point as {real}, dictionaries as Map.
  const END = "[\\0\\t\\n\\f\\r /<>\\[\\]()]";
  const TOKENS = {
    space: /[\0\t\n\f\r ]*/y,
    ref: new RegExp(`(\\d{1,8})[ \\r\\n]+0[ \\r\\n]+R(?=${END}|$)`, "y"),
    name: /\/([^\0\t\n\f\r /<>[\](){}%]*)/y,
    hex: /<([0-9A-Fa-f\t\n\f\r ]*)>/y,
    word: /true|false|null/y,
    number: new RegExp(`([+-]?(?:\\d{1,12}(?:\\.\\d{0,12})?|\\.\\d{1,12}))(?=${END}|$)`, "y"),
    string: /[^()\\]+|[()]|\\(?:[0-7]{1,3}|\r\n|[^])/y,
    object: /(\d{1,8}) 0 obj(?=[\t\n\f\r <[(/0-9tfn])/y,
    stream: /[\t\n\f\r ]*stream\r?\n/y,
    closed: /[\t\n\f\r ]*endobj[\t\n\f\r ]*/y,
    streamClosed: /[\r\n]*endstream[\t\n\f\r ]*endobj[\t\n\f\r ]*/y,
    end: /startxref\r?\n(\d{1,8})\r?\n%%EOF\r?\n?/y,
  };
  const ESCAPED = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "\n": "", "\r": "", "\r\n": "" };
  class Reader {
    constructor(data, at = 0) { Object.assign(this, { data, at, depth: 0 }); }

    take(kind) {
      const pattern = TOKENS[kind];
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.data);
      if (found) this.at = pattern.lastIndex;
      return found;
    }

    closed(mark) {
      this.take("space");
      const closed = this.data.startsWith(mark, this.at);
      if (closed) this.at += mark.length;
      return closed;
    }

    value() {
      this.depth += 1;
      need(this.depth < 40, "pdf");
      const made = this.closed("<<") ? this.dictionary() : this.closed("[") ? this.list() : this.simple();
      this.depth -= 1;
      return made;
    }

    dictionary() {
      const made = new Map();
      while (!this.closed(">>")) {
        const { name } = this.value() || {};
        need(name !== undefined && !made.has(name), "pdf");
        made.set(name, this.value());
      }
      return made;
    }

    list() {
      const made = [];
      while (!this.closed("]")) made.push(this.value());
      return made;
    }

    simple() {
      let found;
      if (this.data[this.at] === "(") return this.string();
      if ((found = this.take("ref"))) return { ref: Number(found[1]) };
      if ((found = this.take("name"))) return { name: found[1] };
      if ((found = this.take("hex"))) {
        const digits = found[1].replace(/\s/g, "");
        need(digits.length % 2 === 0, "pdf");
        return { string: latin(fromHex(digits)) };
      }
      if ((found = this.take("word"))) return { true: true, false: false, null: null }[found[0]];
      need((found = this.take("number")), "pdf");
      return found[1].includes(".") ? { real: Number(found[1]) } : Number(found[1]);
    }

    string() {
      let [made, open] = ["", 0];
      for (;;) {
        const found = this.take("string");
        need(found, "pdf");
        const part = found[0];
        open += part === "(" ? 1 : part === ")" ? -1 : 0;
        if (open === 0) return { string: made.slice(1) };
        const rest = part.slice(1);
        if (part[0] !== "\\") made += part;
        else if (/^[0-7]/.test(rest)) made += String.fromCharCode(parseInt(rest, 8) & 255);
        else made += rest in ESCAPED ? ESCAPED[rest] : rest;
      }
    }
  }
  const named = (value, name) => Boolean(value) && value.name === name;
  const ordered = (map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const spelled = (value) => JSON.stringify(value, (_key, one) => (one instanceof Map ? { map: ordered(one) } : one));
  const alike = (a, b) => spelled(a) === spelled(b);
  const but = (map, entries) => new Map([...map, ...Object.entries(entries)]);

  class Pdf {
    static async open(bytes) {
      const pdf = new Pdf();
      Object.assign(pdf, { bytes, data: latin(bytes), places: new Map(), tables: [], trailer: null });
      const tail = /startxref\r?\n(\d{1,8})\r?\n%%EOF\r?\n?$/.exec(pdf.data.slice(-64));
      need(pdf.data.startsWith("%PDF-") && tail, "pdf");
      let at = Number(tail[1]);
      while (at !== undefined) {
        need(pdf.tables.length < 64, "pdf");
        at = await pdf.table(at);
      }
      pdf.trailer = pdf.tables[0].table;
      return pdf;
    }

    async table(at) {
      const { value: table, data } = await this.at(at);
      need(data && named(table.get("Type"), "XRef") && !table.has("Encrypt"), "pdf");
      const widths = table.get("W");
      const numbers = table.get("Index") || [0, table.get("Size")];
      const places = new Map();
      let place = 0;
      need(widths.some((width) => width), "pdf");
      for (let turn = 0; turn < numbers.length; turn += 2) {
        for (let one = numbers[turn]; one < numbers[turn] + numbers[turn + 1]; one += 1) {
          const fields = widths.map((width) => {
            need(place + width <= data.length, "pdf");
            place += width;
            return Number(big(data.slice(place - width, place)));
          });
          need(!places.has(one), "pdf");
          places.set(one, fields.slice(0, 3));
        }
      }
      this.tables.push({ at, table, places });
      this.places = new Map([...places, ...this.places]);
      return table.get("Prev");
    }

    async at(at) {
      const reader = new Reader(this.data, at);
      const head = reader.take("object");
      need(head, "pdf");
      const value = reader.value();
      const found = { number: Number(head[1]), value, start: at, end: reader.at };
      if (!(value instanceof Map) || !reader.take("stream")) return found;
      const size = value.get("Length");
      const data = this.bytes.slice(reader.at, reader.at + size);
      found.end = reader.at + size;
      need(data.length === size && new Reader(this.data, found.end).take("streamClosed"), "pdf");
      const filter = value.get("Filter");
      need((filter === undefined || named(filter, "FlateDecode")) && !value.has("DecodeParms"), "pdf");
      return { ...found, data: filter ? await unpack(data, "deflate") : data };
    }

    async find(value) {
      need(value && value.ref !== undefined && this.places.has(value.ref), "pdf");
      const [kind, first, second] = this.places.get(value.ref);
      if (kind === 1) {
        const found = await this.at(first);
        need(found.number === value.ref, "pdf");
        return found;
      }
      const [outside, place] = this.places.get(first) || [];
      need(kind === 2 && outside === 1, "pdf");
      const { value: stream, data } = await this.at(place);
      need(data && named(stream.get("Type"), "ObjStm") && second < stream.get("N"), "pdf");
      const inside = latin(data);
      const numbers = inside.slice(0, stream.get("First")).trim().split(/\s+/).map(Number);
      need(numbers[2 * second] === value.ref, "pdf");
      return { value: new Reader(inside, stream.get("First") + numbers[2 * second + 1]).value(), start: 0, end: 0 };
    }

    async get(value) { return value && value.ref !== undefined ? (await this.find(value)).value : value; }
  }
  const attachments = async (pdf) => {
    const catalog = await pdf.get(pdf.trailer.get("Root"));
    const tree = await pdf.get((await pdf.get(catalog.get("Names"))).get("EmbeddedFiles"));
    need([...tree.keys()].join() === "Names", "pdf");
    const listed = await pdf.get(tree.get("Names"));
    const [found, refs] = [{}, []];
    for (let at = 0; at < listed.length; at += 2) {
      const file = await pdf.get(listed[at + 1]);
      const streams = await pdf.get(file.get("EF"));
      const name = listed[at].string;
      need([...streams.values()].every((one) => one.ref === streams.get("F").ref), "twice");
      need(file.get("F").string === name && file.get("UF").string === name && !(name in found), "twice");
      found[name] = (await pdf.find(streams.get("F"))).data;
      refs.push(listed[at + 1].ref);
    }
    const associated = (await pdf.get(catalog.get("AF"))).map((one) => one.ref);
    need(associated.sort().join() === refs.sort().join(), "pdf");
    return found;
  };
  const fieldsOfForm = async (pdf) => {
    const form = await pdf.get((await pdf.get(pdf.trailer.get("Root"))).get("AcroForm"));
    const fields = await pdf.get(form.get("Fields"));
    need(Array.isArray(fields), "pdf");
    return fields;
  };
  // A signature, and the digest of everything else up to the end of the file.
  const covered = async (pdf, place) => {
    const { value: made, start, end } = await pdf.find(place);
    const [nought, before, after, rest, ...more] = made.get("ByteRange");
    need(!more.length, "seal");
    need(nought === 0 && start < before && before < after && after < end && after + rest === pdf.bytes.length, "changed");
    const digits = /^<((?:[0-9A-F]{2})+)>$/.exec(pdf.data.slice(before, after));
    need(digits, "seal");
    const padded = fromHex(digits[1]);
    const blob = der(padded).whole;
    need(latin(padded) === made.get("Contents").string && /^(00)*$/.test(hex(padded.slice(blob.length))), "seal");
    return [blob, await sha256(pdf.bytes.slice(0, before), pdf.bytes.slice(after))];
  };
  // The file as it was sealed; behind it nothing but revisions that add evidence, each covered by a time stamp of its own.
  const checkSeal = async (pdf, policy) => {
    need(policy.prints.seal.length, "policy");
    const revisions = [];
    for (const field of await fieldsOfForm(pdf)) {
      const [, , after, rest] = (await pdf.get((await pdf.get(field)).get("V"))).get("ByteRange");
      need(after + rest > (revisions.at(-1) || 0), "seals");
      revisions.push(after + rest);
    }
    need(revisions.at(-1) === pdf.bytes.length, "seals");
    for (let at = 0; at < revisions.length; at += 1) revisions[at] = await Pdf.open(pdf.bytes.slice(0, revisions[at]));
    for (let at = revisions.length - 1; at > 0; at -= 1) await checkAdded(revisions[at - 1], revisions[at], policy);
    const [sealed] = revisions;
    const fields = await fieldsOfForm(sealed);
    need(fields.length === 1, "seals");
    const place = (await sealed.get(fields[0])).get("V");
    const seal = await sealed.get(place);
    need(named(seal.get("Type"), "Sig") && named(seal.get("SubFilter"), "ETSI.CAdES.detached"), "seal");
    const [blob, hashed] = await covered(sealed, place);
    const made = await checkCms(blob, DATA, hashed, policy.prints.seal, policy.prints.certificate, 1);
    await checkStamp(made[0], made[1], policy);
    return sealed;
  };

  // --- evidence behind the seal (B-LTA): whoever can have a time stamp could add it, so it must not change what is seen
  const TABLE = ["ID", "Index", "Info", "Length", "Prev", "Root", "Size", "Type", "W"];
  const WRITTEN = /(xmp:ModifyDate="[0-9T:.+-]{19,35}Z?|(?:pdf:Producer|x:xmptk)="pyHanko [0-9.]{1,20})"/g;
  // The objects of the last revision, which is made of them alone, and its table lists them all.
  const added = async (before, after) => {
    const [values, places, reader] = [new Map(), new Map(), new Reader(after.data, before.data.length)];
    let [number, tail] = [0, null];
    while (!tail) {
      const one = await after.at(reader.at);
      ({ number } = one);
      need(number && !values.has(number), "added");
      values.set(number, one);
      places.set(number, [1, reader.at, 0]);
      reader.at = one.end;
      need(reader.take(one.data ? "streamClosed" : "closed"), "added");
      tail = reader.take("end");
    }
    const [{ at, table, places: listed }, { at: last, table: old }] = [after.tables[0], before.tables[0]];
    need(reader.at === after.data.length && places.get(number)[1] === at, "added");
    need([...table.keys()].filter((name) => name !== "Filter").sort().join() === TABLE.join() && table.get("Prev") === last, "added");
    need(alike([table.get("Root"), table.get("Info")], [old.get("Root"), old.get("Info")]), "added");
    const [first, second, ...more] = table.get("ID");
    need(alike(first, old.get("ID")[0]) && first.string !== undefined && second.string !== undefined && !more.length, "added");
    need(!listed.has(0) || listed.get(0)[0] === 0, "added");
    listed.delete(0);
    need(listed.size === places.size && [...places].every(([one, place]) => alike(listed.get(one), place)), "added");
    need(table.get("Size") === Math.max(...places.keys()) + 1, "added");
    need(!before.places.has(number), "added");
    need([...places.keys()].every((one) => before.places.has(one) || one >= old.get("Size")), "added");
    values.delete(number);
    return values;
  };
  const description = async (pdf, place) => {
    const { value, data } = await pdf.find(place);
    return spelled(but(value, { Length: 0 })) + latin(data).replace(WRITTEN, "<>");
  };
  // Nothing is taken away; what is new is a value in DER that nothing else names. What it says is not judged.
  const checkEvidence = (had, has, fresh) => {
    need([...has.keys()].every((name) => ["Type", "Certs", "OCSPs", "CRLs"].includes(name)), "added");
    need(!has.has("Type") || named(has.get("Type"), "DSS"), "added");
    need(!had.has("Type") || has.has("Type"), "added");
    for (const kind of ["Certs", "OCSPs", "CRLs"]) {
      const [old, now] = [had, has].map((one) => (one.get(kind) || []).map((entry) => entry.ref));
      need(new Set(now).size === now.length && old.every((one) => now.includes(one)), "added");
      for (const one of now.filter((entry) => !old.includes(entry))) {
        const stream = fresh.get(one);
        need(stream && stream.data && [...stream.value.keys()].join() === "Length" && only(stream.data), "added");
        fresh.delete(one);
      }
    }
  };
  // One revision more: a document time stamp in a field that shows nothing, and certificates, answers and lists.
  const checkAdded = async (before, after, policy) => {
    const fresh = await added(before, after);
    const root = after.trailer.get("Root");
    const [was, fields, mark] = [await before.get(root), await fieldsOfForm(before), (await fieldsOfForm(after)).at(-1)];
    const [form, about, sheet] = [was.get("AcroForm"), was.get("Metadata"), (await before.get(fields[0])).get("P")];
    const store = was.get("DSS") || (await after.get(root)).get("DSS");
    const field = await after.get(mark);
    const [place, name] = [field.get("V"), field.get("T")];
    const [stamp, page] = [await after.get(place), await before.get(sheet)];
    const [blob, hashed] = await covered(after, place);
    await checkToken(blob, hashed, policy);
    need(new Set([mark, place, root, form, sheet].map((one) => one.ref)).size === 5, "added");
    const changed = [root, form, sheet, about, store].map((one) => one.ref);
    need([...fresh.keys()].every((one) => !before.places.has(one) || changed.includes(one)), "added");
    need(alike([mark, place, store].map((one) => before.places.has(one.ref)), [false, false, was.has("DSS")]), "added");
    need(/^Timestamp-[0-9a-f-]{36}$/.test(name.string), "added");
    for (const one of fields) need((await before.get(one)).get("T").string !== name.string, "added");
    const type = (word) => ({ name: word });
    for (const [ref, content] of [
      [root, but(was, { DSS: store })],
      [form, but(await before.get(form), { Fields: [...fields, mark] })],
      [sheet, but(page, { Annots: [...page.get("Annots"), mark] })],
      [mark, new Map(Object.entries({
        FT: type("Sig"), Type: type("Annot"), Subtype: type("Widget"), F: 132, Rect: [0, 0, 0, 0], P: sheet, T: name, TU: { string: "Timestamp" }, V: place,
      }))],
      [place, new Map(Object.entries({
        Type: type("DocTimeStamp"), Filter: type("Adobe.PPKLite"), SubFilter: type("ETSI.RFC3161"), Contents: stamp.get("Contents"), ByteRange: stamp.get("ByteRange"),
      }))],
    ]) {
      need(alike(await after.get(ref), content), "added");
      fresh.delete(ref.ref);
    }
    need(await description(before, about) === await description(after, about), "added");
    fresh.delete(about.ref);
    checkEvidence(was.has("DSS") ? await before.get(store) : new Map(), await after.get(store), fresh);
    fresh.delete(store.ref);
    need(!fresh.size, "added");
  };

  // --- whom to believe -----------------------------------------------------------------------------------------------
  const moment = (written) => {
    need(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(written), "form");
    return Date.parse(written);
  };
  const decimal = (written) => {
    need(/^(0|[1-9][0-9]{0,14})$/.test(written), "form");
    return Number(written);
  };
  const multibase = (written) => {
    let value = 0n;
    for (const one of written.slice(1, 64)) {
      const digit = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".indexOf(one);
      need(digit >= 0, "policy");
      value = value * 58n + BigInt(digit);
    }
    const key = fromHex(value.toString(16).padStart(68, "0"));
    need(written[0] === "z" && key.length === 34 && key[0] === 0xed && key[1] === 1, "policy");
    return key.slice(2);
  };
  const [LOG_KEY, WITNESS_KEY] = [1, 4];
  const readKey = async (written, kind) => {
    const [name, hint, ...rest] = written.split("+");
    const material = decode64(rest.join("+"), 33);
    const key = { name, kind, key: material.slice(1), id: `${name}+${hint}` };
    const made = (await sha256(utf8(name), [10], material)).slice(0, 4);
    need(/^[^\s+]{1,200}$/.test(name) && material[0] === kind && hex(made) === hint, "policy");
    return key;
  };
  const readPolicy = async (written) => {
    const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: "", issuers: new Map(), prints: { seal: [], stamp: [], certificate: [] } };
    const known = (name) => policy.witnesses.has(name) || policy.groups.has(name);
    for (const line of written.split("\n")) {
      const [word, ...rest] = line.trim().split(/\s+/);
      if (word === "#" && rest[0] === "issuer") {
        need((rest.length === 5 || (rest.length === 7 && rest[5] === "until")) && rest[3] === "from" && !policy.issuers.has(rest[1]), "policy");
        policy.issuers.set(rest[1], { key: multibase(rest[2]), from: moment(rest[4]), until: rest[6] ? moment(rest[6]) : Infinity });
      } else if (word === "#" && rest[0] in policy.prints) {
        need(/^sha256:[0-9a-f]{64}$/.test(rest[1]), "policy");
        policy.prints[rest[0]].push(rest[1].slice(7));
      } else if (word === "log") policy.logs.push(await readKey(rest[0], LOG_KEY));
      else if (word === "witness") {
        const key = await readKey(rest[1], WITNESS_KEY);
        need(rest[0] !== "none" && !known(rest[0]) && ![...policy.witnesses.values()].some((one) => same(one.key, key.key)), "policy");
        policy.witnesses.set(rest[0], key);
      } else if (word === "group") {
        const members = rest.slice(2);
        const enough = { any: 1, all: members.length }[rest[1]] || decimal(rest[1]);
        need(rest[0] !== "none" && !known(rest[0]) && members.every(known) && new Set(members).size === members.length, "policy");
        need(enough >= 1 && enough <= members.length, "policy");
        policy.groups.set(rest[0], { enough, members });
      } else if (word === "quorum") {
        need(!policy.quorum && (rest[0] === "none" || known(rest[0])), "policy");
        [policy.quorum] = rest;
      } else need(!word || word.startsWith("#"), "policy");
    }
    need(policy.quorum && policy.logs.length && policy.issuers.size, "policy");
    return policy;
  };
  const isMet = (policy, name, seen) => {
    if (name === "none") return true;
    if (policy.witnesses.has(name)) return seen.has(policy.witnesses.get(name).id);
    const { enough, members } = policy.groups.get(name);
    return members.filter((one) => isMet(policy, one, seen)).length >= enough;
  };

  // --- the log: notes, tree and proof as C2SP and RFC 6962 have them ----------------------------------------------
  const readProof = (bytes) => {
    const [above, ...under] = text(bytes).split("\n\n");
    const lines = above.split("\n");
    need(under.length === 2 && lines.length >= 3 && lines.length <= 66 && lines[0] === "c2sp.org/tlog-proof@v1", "proof");
    need(lines[1].startsWith("extra ") && lines[2].startsWith("index "), "proof");
    const entry = decode64(lines[1].slice(6));
    const facts = JSON.parse(text(entry));
    need(JSON.stringify(facts, Object.keys(facts).sort()) === text(entry), "proof");
    return { entry, facts, index: decimal(lines[2].slice(6)), path: lines.slice(3).map((one) => decode64(one, 32)), head: under[0], lines: under[1] };
  };
  const signaturesOf = async (proof, keys) => {
    const known = new Map(keys.map((key) => [key.id, key]));
    const found = new Map();
    need(proof.lines.endsWith("\n"), "proof");
    for (const line of proof.lines.slice(0, -1).split("\n")) {
      const [dash, name, encoded, ...more] = line.split(" ");
      need(dash === "\u2014" && encoded && !more.length, "proof");
      const value = decode64(encoded);
      const key = known.get(`${name}+${hex(value.slice(0, 4))}`);
      if (!key) continue;
      const witness = key.kind === WITNESS_KEY;
      const at = witness ? Number(big(value.slice(4, 12))) : 0;
      const message = utf8(`${witness ? `cosignature/v1\ntime ${at}\n` : ""}${proof.head}\n`);
      need(await ed25519(key.key, value.slice(witness ? 12 : 4), message), "proof");
      found.set(key.id, { kind: key.kind, at });
    }
    return found;
  };
  const checkPath = async ({ entry, index, path }, size, root) => {
    let [place, last, top] = [index, size - 1, await sha256([0], entry)];
    need(index < size, "proof");
    for (const step of path) {
      need(last > 0, "proof");
      if (place % 2 || place === last) {
        top = await sha256([1], step, top);
        while (place && place % 2 === 0) [place, last] = [place / 2, Math.floor(last / 2)];
      } else top = await sha256([1], top, step);
      [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    }
    need(last === 0 && same(top, root), "proof");
  };
  const checkProof = async (proof, policy) => {
    const [origin, size, root, ...more] = proof.head.split("\n");
    need(root && !more.length, "proof");
    const logs = policy.logs.filter((key) => key.name === origin);
    const signed = await signaturesOf(proof, [...logs, ...policy.witnesses.values()]);
    const seen = new Map([...signed].filter(([, one]) => one.kind === WITNESS_KEY));
    need(signed.size > seen.size && isMet(policy, policy.quorum, seen), "witnesses");
    await checkPath(proof, decimal(size), decode64(root, 32));
    return seen.size ? Math.min(...[...seen.values()].map((one) => one.at)) * 1000 : moment(proof.facts.at);
  };

  // --- the credential -------------------------------------------------------------------------------------------------
  const equal = (a, b) => {
    if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
    const names = Object.keys(a);
    return Array.isArray(a) === Array.isArray(b) && names.length === Object.keys(b).length
      && names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]));
  };
  const without = (document_, ...names) => Object.fromEntries(Object.entries(document_).filter(([name]) => !names.includes(name)));
  const openToken = async (token, policy, issuer) => {
    const [head, payload, signature, ...more] = token.split(".");
    need(signature && !more.length, "issuer");
    const [header, facts] = [JSON.parse(text(decode64url(head))), JSON.parse(text(decode64url(payload)))];
    need(header.alg === "EdDSA" && header.typ === "vc+jwt" && Object.keys(header).sort().join() === "alg,kid,typ", "issuer");
    const key = policy.issuers.get(header.kid);
    need(key && await ed25519(key.key, decode64url(signature), utf8(`${head}.${payload}`)), "issuer");
    const created = facts.iat * 1000;
    need(key.from <= created && created <= key.until, "issuer");
    const said = typeof facts.issuer === "string" ? facts.issuer : facts.issuer.id;
    need(header.kid.split("#")[0] === said && facts.iss === said && (!issuer || issuer === said), "issuer");
    return { statement: without(facts, "iat", "iss", "jti", "nbf", "exp"), created };
  };
  const HAN = "[\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}]";
  const BETWEEN_HAN = new RegExp(`(?<=${HAN})\\s*[\\u00b7\\u2022\\u30fb\\uff0e\\u2027\\u2219\\uff65\\u22c5\\u318d.]\\s*(?=${HAN})`, "gu");
  const nameFits = async (name, credential) => {
    const held = credential.credentialSubject.identifier[0];
    const plain = name.normalize("NFC").replace(/\s+/g, " ").trim().replace(BETWEEN_HAN, "\u00b7").replace(/[\s\u00b7]/g, "").toLowerCase();
    return held.identityHash === `sha256$${hex(await sha256(utf8(plain + held.salt)))}`;
  };
  const isSet = async (encoded, index) => {
    const bits = await unpack(decode64url(encoded.slice(1)), "gzip");
    need(encoded[0] === "u" && index < 8 * bits.length, "form");
    return Boolean((bits[Math.floor(index / 8)] >> (7 - (index % 8))) & 1);
  };
  const checkStates = async (credential, tokens, policy, now) => {
    const known = new Map();
    for (const token of tokens) {
      const { statement, created } = await openToken(text(token).trim(), policy, credential.issuer.id);
      need(created <= now + 5 * 60 * 1000 && moment(statement.validFrom) === created, "form");
      known.set(statement.id, { list: statement.credentialSubject, created });
    }
    const times = [];
    for (const entry of credential.credentialStatus) {
      const found = known.get(entry.statusListCredential);
      if (!found) continue;
      need(found.list.statusPurpose === entry.statusPurpose && found.list.type === "BitstringStatusList", "form");
      need(!await isSet(found.list.encodedList, decimal(entry.statusListIndex)), entry.statusPurpose === "suspension" ? "suspended" : "revoked");
      times.push(found.created);
    }
    return times.length === credential.credentialStatus.length ? Math.min(...times) : null;
  };

  // --- the answer -----------------------------------------------------------------------------------------------------
  const verify = async ({ pdf, policy: written, lists, now = Date.now() }) => {
    need(written, "nopolicy");
    need(pdf && pdf.length <= 2_000_000, "pdf");
    const policy = await readPolicy(text(written)).catch(() => { throw new Invalid("policy"); });
    const files = await attachments(await checkSeal(await Pdf.open(pdf), policy));
    // Sealed by us and no certificate: nothing is said against it.
    if (RATIO in files) throw new Other();
    need(PROOF in files, "noproof");
    need(PARTS.every((name) => name in files), "form");
    const [proof, credential, salt] = [readProof(files[PROOF]), JSON.parse(text(files[CREDENTIAL])), text(files[SALT])];
    need(/^[0-9a-f]{64}$/.test(salt), "form");
    need(proof.facts.kind === "cert.issued" && proof.facts.v === 1 && credential.id === `urn:uuid:${proof.facts.ref}`, "proof");
    need(same(decode64(proof.facts.commit, 32), await sha256(fromHex(salt), files[CREDENTIAL])), "proof");
    const { statement } = await openToken(text(files[TOKEN]), policy);
    need(equal(statement, without(credential, "proof")), "issuer");
    const seen = await checkProof(proof, policy);
    const facts = JSON.parse(text(files[FACTS]));
    const subject = credential.credentialSubject;
    need(facts.number === subject.licenseNumber && facts.issued_on === credential.validFrom.slice(0, 10), "form");
    need(await nameFits(facts.holder.name, credential), "form");
    need(moment(credential.validFrom) <= now + DAY, "early");
    need(!credential.validUntil || now <= moment(credential.validUntil), "expired");
    const asked = await checkStates(credential, lists, policy, now);
    const proven = [subject.licenseNumber, facts.holder.name, credential.name, subject.achievement.creator.name, credential.issuer.id, facts.issued_on, facts.valid_until];
    return { answer: asked && now - asked <= DAY ? "valid" : "asof", since: new Date(asked || seen), proven };
  };

  // --- the page -------------------------------------------------------------------------------------------------------
  const find = (name) => page.querySelector(`[data-${name}]`);
  const files = find("files");
  const show = (kind, { since, proven = [], reason = "" }) => {
    page.querySelectorAll("[data-answer]").forEach((one) => { one.hidden = one.dataset.answer !== kind; });
    page.querySelectorAll("[data-reason]").forEach((one) => { one.hidden = one.dataset.reason !== reason; });
    find("since").textContent = since ? `${since.toISOString().slice(0, 19)}Z` : "";
    page.querySelectorAll("[data-proven]").forEach((one, place) => { one.textContent = proven[place] || "\u2014"; });
    find("facts").hidden = !proven.length;
    find("result").hidden = false;
    find("result").dataset.said = kind;
    find("result").focus();
  };
  const check = async () => {
    const given = { pdf: null, policy: null, lists: [] };
    for (const file of files.files) {
      const body = new Uint8Array(await file.arrayBuffer());
      if (/\.pdf$/i.test(file.name)) given.pdf = body;
      else if (/\.jwt$/i.test(file.name)) given.lists.push(body);
      else given.policy = body;
    }
    if (!given.pdf && !given.policy) return;
    try {
      const made = await verify(given);
      show(made.answer, made);
    } catch (error) {
      if (error instanceof Other) show("other", {});
      else show("invalid", { reason: error instanceof Invalid ? error.message : "form" });
    }
  };
  find("form").hidden = false;
  if (!window.crypto || !crypto.subtle || !window.DecompressionStream) find("old").hidden = false;
  files.addEventListener("change", check);
  find("check").addEventListener("click", check);
})();
