// Autosave of an examination. Every change is written to this device first, then sent with a number that grows; one request at a
// time, repeated with growing pauses until the server has answered. Leaving a page waits until everything is saved. Without this
// script the form itself saves. The server alone decides what counts.
(() => {
  const done = document.querySelector("[data-exam-done]");
  const root = document.querySelector("[data-exam]");
  const kept = (uuid) => `exam:${uuid}`;
  if (done) { try { localStorage.removeItem(kept(done.dataset.examDone)); } catch { /* nothing was kept either */ } }
  if (!root) return;

  const form = root.querySelector("[data-answer]");
  const saved = root.querySelector("[data-saved]");
  const wrong = root.querySelector("[data-error]");
  const answered = document.querySelector("[data-answered]");
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
  const here = form && form.elements.q.value;
  let sequence = form ? Number(form.dataset.sequence) : 0;
  let waiting = {};
  let busy = false, failures = 0, timer = 0, typing = 0, leave = null;

  const keep = () => { try { localStorage.setItem(kept(root.dataset.exam), JSON.stringify(waiting)); } catch { /* memory only */ } };
  const say = (key, tone = "", time = "") => {
    saved.textContent = root.dataset[`said${key}`].replace("{time}", time);
    saved.className = `saved ${tone}`;
  };
  const values = () => new FormData(form).getAll("answer").filter((value) => value.trim());
  const settle = (position, item) => { if (waiting[position] === item) delete waiting[position]; keep(); };

  const note = () => {
    clearTimeout(typing);
    typing = 0;
    sequence += 1;
    waiting[here] = { values: values(), sequence, fresh: true };
    keep();
    wrong.hidden = true;
    answered.textContent = answered.dataset.saidAnswered.replace("{count}", Number(answered.dataset.answered) + (values().length ? 1 : 0));
    send();
  };

  const post = (position, item) => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, q: position, sequence: item.sequence });
    item.values.forEach((value) => body.append("answer", value));
    return fetch(root.dataset.save, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", keepalive: true });
  };

  // What each answer of the server means. Returns false when the same must be sent again later.
  const understand = async (response, position, item) => {
    if (response.redirected || response.status === 403) { say("SignedOut", "no"); return false; }
    if (response.status >= 500 || response.status === 429) { say("Lost", "no"); return false; }
    const answer = await response.json().catch(() => ({}));
    if (answer.remaining !== undefined) root.dispatchEvent(new CustomEvent("exam:remaining", { detail: answer.remaining }));
    if (answer.saved === false && answer.sequence && item.fresh) {
      // Another window was faster; what was entered last, here, holds.
      item.sequence = sequence = answer.sequence + 1;
      return true;
    }
    settle(position, item);
    if (answer.over) { waiting = {}; keep(); leave = null; say("Over", "no"); return true; }
    if (answer.error && position === here) { leave = null; wrong.textContent = answer.error; wrong.hidden = false; saved.textContent = ""; return true; }
    if (answer.saved) say("Saved", "ok", answer.saved_at); else if (answer.sequence) say("Later");
    return true;
  };

  const send = async () => {
    const position = Object.keys(waiting)[0];
    if (busy || typing) return;
    if (!position) { if (leave) leave(); return; }
    clearTimeout(timer);
    busy = true;
    say("Saving");
    const item = waiting[position];
    const ok = await post(position, item).then((response) => understand(response, position, item), () => { say("Lost", "no"); return false; });
    busy = false;
    failures = ok ? 0 : failures + 1;
    if (ok) send(); else timer = setTimeout(send, Math.min(15000, 500 * 2 ** failures));
  };

  // Go on only when everything is saved and the next page can be reached: a dead page would hide what is kept here.
  const go = (event, away) => {
    if (typing) note();
    if (!Object.keys(waiting).length && navigator.onLine) { if (away.direct) return; event.preventDefault(); away.now(); return; }
    event.preventDefault();
    leave = () => { if (navigator.onLine) { leave = null; away.now(); } };
    if (!navigator.onLine) say("Lost", "no");
    failures = 0;
    send();
  };

  try { waiting = JSON.parse(localStorage.getItem(kept(root.dataset.exam))) || {}; } catch { waiting = {}; }
  Object.values(waiting).forEach((item) => { item.fresh = false; });
  if (form && waiting[here]) {
    if (waiting[here].sequence > sequence) {
      sequence = waiting[here].sequence;
      form.querySelectorAll("[name=answer]").forEach((input) => {
        if (input.type === "text") input.value = waiting[here].values[0] || ""; else input.checked = waiting[here].values.includes(input.value);
      });
    } else delete waiting[here];
  }
  send();

  if (form) {
    form.addEventListener("change", note);
    form.addEventListener("input", (event) => {
      if (event.target.type !== "text") return;
      clearTimeout(typing);
      typing = setTimeout(note, 800);
    });
    form.addEventListener("submit", (event) => go(event, { now: () => location.assign(event.submitter ? event.submitter.dataset.to : "?q=" + (Number(here) + 1)) }));
  }
  const handIn = root.querySelector("[data-hand-in]");
  if (handIn) handIn.addEventListener("submit", (event) => go(event, { direct: true, now: () => handIn.submit() }));
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !event.ctrlKey && !event.metaKey) go(event, { direct: true, now: () => location.assign(link.href) });
  });
  window.addEventListener("online", () => { failures = 0; send(); });
  window.addEventListener("pagehide", () => { if (typing) note(); });
  root.addEventListener("exam:over", () => { if (typing) note(); });
})();
