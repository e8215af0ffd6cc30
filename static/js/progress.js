// <section data-poll="url">: every two seconds the same section is fetched again and its content replaced, until the answer's
// section carries no data-poll (the job is over). The answer may be a whole page or the fragment alone. Without a script the page
// shows a link that reloads it.
(() => {
  const PAUSE = 2000;

  const fresh = async (section) => {
    const answer = await fetch(section.dataset.poll, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(section.id ? `#${CSS.escape(section.id)}` : "[data-job]") || page.querySelector("[data-poll], [data-job]");
  };

  const poll = (section, failures = 0) => {
    setTimeout(async () => {
      if (!section.dataset.poll) return;
      if (document.hidden) return poll(section, failures);
      try {
        const next = await fresh(section);
        if (!next) return;
        section.innerHTML = next.innerHTML;
        if (next.dataset.poll) return poll(section);
        section.removeAttribute("data-poll");
        section.dispatchEvent(new CustomEvent("job:over", { bubbles: true }));
      } catch {
        // Someone walked out of the Wi-Fi: wait longer each time, give up after about five minutes.
        if (failures < 12) poll(section, failures + 1);
      }
    }, PAUSE * (1 + failures));
  };

  document.querySelectorAll("[data-poll]").forEach((section) => poll(section));
})();
