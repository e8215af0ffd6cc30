// The clock of an examination: counts down from what the server said, corrected by each saved answer, announced politely at
// 10, 5 and 1 minutes; at the end the page is loaded again, which says what counts. Folded away it stays folded away.
(() => {
  const clock = document.querySelector("[data-timer]");
  const root = document.querySelector("[data-exam]");
  if (!clock || !root) return;
  const shown = clock.querySelector("[data-time]");
  const announcer = document.querySelector("[data-announce]");
  const folded = `exam-clock:${root.dataset.exam}`;
  let end = Date.now() + Number(clock.dataset.timer) * 1000;
  let last = Number(clock.dataset.timer);
  let over = false;

  const finish = () => {
    if (over) return;
    over = true;
    root.dispatchEvent(new Event("exam:flush"));
    // A moment for the last answer on its way; the server takes it for 30 seconds more.
    setTimeout(() => location.reload(), 2000);
  };

  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    [10, 5, 1].forEach((minutes) => {
      if (last > minutes * 60 && left <= minutes * 60 && left > 0) announcer.textContent = announcer.getAttribute(`data-said-${minutes}`);
    });
    last = left;
    if (left === 0) finish();
  };

  root.addEventListener("exam:remaining", (event) => { end = Date.now() + event.detail * 1000; });
  try { clock.open = sessionStorage.getItem(folded) !== "yes"; } catch { /* stays open */ }
  clock.addEventListener("toggle", () => { try { sessionStorage.setItem(folded, clock.open ? "no" : "yes"); } catch { /* not remembered */ } });
  document.addEventListener("visibilitychange", tick);
  shown.hidden = false;
  clock.querySelector("[data-time-still]").hidden = true;
  tick();
  setInterval(tick, 1000);
})();
