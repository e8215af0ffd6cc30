// Autosave of an examination: a change is kept on this device, then sent with a growing number, one request at a time, repeated
// with growing pauses until the server has answered. The server alone decides what counts. Without a script the form saves.
(() => {
  const root = document.querySelector("[data-exam]"); if (!root) return;
  const place = `exam:${root.dataset.exam}`;
  const form = root.querySelector("[data-answer]"), saved = root.querySelector("[data-saved]");
  const wrong = root.querySelector("[data-error]"), answered = document.querySelector("[data-answered]");
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
  const here = form ? form.elements.q.value : "";
  let sequence = form ? Number(form.dataset.sequence) : 0, waiting = {}, busy = false, failures = 0, pause = 0, typing = 0;

  const values = () => new FormData(form).getAll("answer").filter((value) => value.trim());
  const say = (key, tone = "", time = "") => {
    saved.textContent = root.dataset[`said${key}`].replace("{time}", time);
    saved.className = `saved ${tone}`;
  };
  const keep = () => {
    root.dataset.unsaved = Object.keys(waiting).length || "";
    try { localStorage.setItem(place, JSON.stringify(waiting)); } catch { /* in memory only */ }
  };

  const note = () => {
    typing = clearTimeout(typing) || 0;
    waiting[here] = { values: values(), sequence: ++sequence, fresh: true };
    keep();
    wrong.hidden = true;
    answered.textContent = answered.dataset.saidAnswered.replace("{count}", Number(answered.dataset.answered) + Math.min(1, values().length));
    send();
  };

  const post = (position, item) => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, q: position, sequence: item.sequence });
    item.values.forEach((value) => body.append("answer", value));
    return fetch(root.dataset.save, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", keepalive: true });
  };

  // What a reply means; false: the same must be sent again later.
  const understand = async (reply, position, item) => {
    if (reply.redirected || reply.status === 403) { say("SignedOut", "no"); return false; }
    if (reply.status >= 500 || reply.status === 429) { say("Lost", "no"); return false; }
    const answer = await reply.json();
    if (answer.remaining !== undefined) root.dispatchEvent(new CustomEvent("exam:remaining", { detail: answer.remaining }));
    if (answer.sequence && !answer.saved && item.fresh) {
      // Another window was faster; what is entered last, here, holds.
      item.sequence = sequence = answer.sequence + 1;
      return true;
    }
    if (waiting[position] === item) delete waiting[position];
    if (answer.over) waiting = {};
    keep();
    if (answer.over) say("Over", "no");
    else if (answer.error && position === here) { wrong.textContent = answer.error; wrong.hidden = false; saved.textContent = ""; root.dispatchEvent(new Event("exam:refused")); }
    else if (answer.saved) say("Saved", "ok", answer.saved_at);
    else if (answer.sequence) say("Later");
    return true;
  };

  const send = async () => {
    const position = Object.keys(waiting)[0];
    if (busy) return;
    if (!position) { root.dispatchEvent(new Event("exam:saved")); return; }
    clearTimeout(pause);
    busy = true;
    if (!failures) say("Saving");
    const item = waiting[position];
    const ok = await post(position, item).then((reply) => understand(reply, position, item)).catch(() => { say("Lost", "no"); return false; });
    busy = false;
    failures = ok ? 0 : failures + 1;
    if (ok) send(); else pause = setTimeout(send, Math.min(15000, 500 * 2 ** failures));
  };

  const restore = () => {
    try { waiting = JSON.parse(localStorage.getItem(place)) || {}; } catch { waiting = {}; }
    Object.values(waiting).forEach((item) => { item.fresh = false; });
    const mine = waiting[here];
    if (!mine || mine.sequence <= sequence) { delete waiting[here]; return; }
    sequence = mine.sequence;
    form.querySelectorAll("[name=answer]").forEach((input) => {
      if (input.type === "text") input.value = mine.values[0] || ""; else input.checked = mine.values.includes(input.value);
    });
  };

  const wait = (event) => {
    if (event.target.type !== "text") return;
    root.dataset.unsaved = "typing";
    clearTimeout(typing);
    typing = setTimeout(note, 800);
  };

  const flush = () => { failures = 0; if (typing) note(); else send(); };

  restore();
  keep();
  if (root.dataset.unsaved) send();
  if (form) { form.addEventListener("change", note); form.addEventListener("input", wait); }
  root.addEventListener("exam:flush", flush);
  window.addEventListener("online", flush);
  window.addEventListener("pagehide", () => { if (typing) note(); });
})();
