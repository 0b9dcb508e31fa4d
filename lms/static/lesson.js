// A film at an outside player: nothing is asked of its host before the reader plays it.
for (const still of document.querySelectorAll("[data-player]")) {
  const button = still.querySelector("[data-play]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    frame.src = still.dataset.player;
    frame.title = still.dataset.title;
    frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    frame.allowFullscreen = true;
    // YouTube refuses a player that does not say on which site it stands (error 153): the site, never the page.
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    frame.tabIndex = 0;
    still.replaceWith(frame);
    frame.focus();
  });
}
