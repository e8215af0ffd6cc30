// Buttons that need a script stay hidden until it runs: copy a text (data-copy), print the page (data-print).
(() => {
  const selectText = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (block) => {
    const text = block.querySelector("[data-copy-text]");
    const said = block.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
    } catch {
      // Plain http and older browsers have no clipboard access: select the text and use the old command.
      selectText(text);
      if (!document.execCommand("copy")) return;
    }
    said.hidden = false;
    setTimeout(() => { said.hidden = true; }, 4000);
  };

  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button.closest(".copy")));
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
