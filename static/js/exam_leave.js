// Leaving a page of an examination waits until everything is saved and there is a connection: a dead page would hide what is kept.
// The page of the result clears what this device kept.
(() => {
  const done = document.querySelector("[data-exam-done]");
  if (done) { try { localStorage.removeItem(`exam:${done.dataset.examDone}`); } catch { /* then nothing was kept either */ } }
  const root = document.querySelector("[data-exam]");
  if (!root) return;
  const saved = root.querySelector("[data-saved]");
  let leave = null;
  const free = () => !root.dataset.unsaved && navigator.onLine;

  const go = (event, away) => {
    event.preventDefault();
    leave = away;
    if (free()) { away(); return; }
    root.dispatchEvent(new Event("exam:flush"));
    if (!navigator.onLine && !root.dataset.unsaved) saved.textContent = root.dataset.saidOffline;
  };

  const form = root.querySelector("[data-answer]");
  if (form) form.addEventListener("submit", (event) => {
    const button = event.submitter || form.querySelector("[data-to]");
    go(event, () => location.assign(button.dataset.to));
  });
  const handIn = root.querySelector("[data-hand-in]");
  if (handIn) handIn.addEventListener("submit", (event) => go(event, () => handIn.submit()));
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !event.ctrlKey && !event.metaKey && !link.hash) go(event, () => location.assign(link.href));
  });
  root.addEventListener("exam:saved", () => { if (leave && free()) leave(); });
  // An answer that does not fit stays on the screen with its reason.
  root.addEventListener("exam:refused", () => { leave = null; });
})();
