// What moves without asking the server: choosing a face, the heatmap's opacity, sorting the table,
// the link with the settings, and what a screen reader is told when an answer has come.
(() => {
  const settings = new URLSearchParams(location.search);
  const languages = ["de"]; // pages beside the English one
  const place = location.pathname.split("/").filter(Boolean).pop();
  document.documentElement.lang = languages.includes(place) ? place : "en";

  const live = document.createElement("p");
  live.className = "for-readers";
  live.setAttribute("role", "status");

  const asked = Number(settings.get("opacity") ?? 50);
  let opacity = asked >= 0 && asked <= 100 ? asked : 50;
  const applyOpacity = () => {
    document.documentElement.style.setProperty("--heat", opacity / 100);
    document.querySelectorAll(".opacity input").forEach((slider) => (slider.value = opacity));
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches(".opacity input")) return;
    opacity = Number(event.target.value);
    applyOpacity();
  });

  const sortBy = (button) => {
    const head = button.closest("th");
    const column = [...head.parentElement.children].indexOf(head);
    const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    head.parentElement.querySelectorAll("th").forEach((th) => th.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const value = (row) => {
      const cell = row.children[column];
      return "numeric" in cell.dataset ? Number(cell.dataset.order) : cell.dataset.order;
    };
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b));
    body.append(...[...body.rows].sort((a, b) => direction * compare(value(a), value(b))));
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest(".answer [data-face]");
    if (box) {
      const answer = box.closest(".answer");
      const chosen = box.dataset.face;
      answer.querySelectorAll("[data-face]").forEach((other) => {
        other.setAttribute("aria-pressed", String(other === box));
      });
      answer.querySelectorAll("[data-shows]").forEach((figure) => {
        figure.hidden = figure.dataset.shows !== chosen;
      });
      live.textContent = box.getAttribute("aria-label");
    }
    const sort = event.target.closest(".many .sort");
    if (sort) sortBy(sort);
  });

  // A format that this browser cannot show (HEIC in most) leaves a broken picture: say so instead.
  document.addEventListener("error", (event) => {
    const preview = event.target.closest?.(".photo-input");
    if (preview && event.target.matches("img")) preview.classList.add("no-preview");
  }, true);
  document.addEventListener("load", (event) => {
    const preview = event.target.closest?.(".photo-input");
    if (preview) preview.classList.remove("no-preview");
  }, true);

  window.detectorPage = {
    chosenFace: () => {
      const box = document.querySelector('.answer [data-face][aria-pressed="true"]');
      return box ? Number(box.dataset.face) + 1 : 1;
    },
    share: async (isFaceCrop, copied, shown) => {
      const link = new URL(location.pathname, location.origin);
      if (isFaceCrop) link.searchParams.set("crop", "1");
      if (opacity !== 50) link.searchParams.set("opacity", opacity);
      history.replaceState(null, "", link);
      try {
        await navigator.clipboard.writeText(link.href);
        return copied;
      } catch { // no permission, or a page without https
        return shown;
      }
    },
  };

  const look = () => {
    applyOpacity();
    // Gradio's buttons of the examples hold a picture and no name.
    document.querySelectorAll(".gallery-item:not([aria-label])").forEach((button) => {
      const title = button.closest(".block").querySelector(".label")?.textContent.trim();
      const number = [...button.parentElement.children].indexOf(button) + 1;
      button.setAttribute("aria-label", `${title} ${number}`);
    });
    const news = document.querySelectorAll("[data-announce]:not([data-told])");
    news.forEach((node) => {
      node.dataset.told = "";
      live.textContent = node.dataset.announce;
      // On a phone the answer stands below the photo.
      if (node.matches(".answer") && innerWidth < 700) node.scrollIntoView({ block: "start" });
    });
  };
  const start = () => {
    document.body.append(live);
    new MutationObserver((changes) => {
      if (changes.some((change) => change.addedNodes.length)) look();
    }).observe(document.body, { childList: true, subtree: true });
    look();
  };
  // Gradio may run this after the document has been read.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
