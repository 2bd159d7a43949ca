// What moves without asking the server: choosing a face, the heatmap, sorting and filtering the
// table, copying and sharing, and what a screen reader is told when an answer has come.
(() => {
  const languages = window.detectorLanguages; // the first is that of the page at "/"
  const place = location.pathname.split("/").filter(Boolean).pop();
  document.documentElement.lang = languages.includes(place) ? place : languages[0];
  if (navigator.share) document.documentElement.classList.add("can-share");

  const live = document.createElement("p");
  live.className = "for-readers";
  live.setAttribute("role", "status");

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

  const showKind = (button) => {
    const { kind } = button.dataset;
    button.parentElement.querySelectorAll(".filter").forEach((other) => {
      other.setAttribute("aria-pressed", String(other === button));
    });
    button.closest(".many").querySelectorAll("tbody tr").forEach((row) => {
      row.hidden = kind !== "all" && row.dataset.kind !== kind;
    });
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
    const toggle = event.target.closest(":is(.answer, .watched) .switch");
    if (toggle) {
      const isShown = toggle.closest(".answer, .watched").classList.toggle("heat");
      toggle.setAttribute("aria-pressed", String(isShown));
    }
    const sort = event.target.closest(".many .sort");
    if (sort) sortBy(sort);
    const filter = event.target.closest(".many .filter");
    if (filter) showKind(filter);
    const row = event.target.closest(".many [data-row]");
    if (row) {
      window.detectorPage.chosenRow = Number(row.dataset.row);
      row.closest(".tabitem").querySelector(".opener").click();
    }
  });

  // A moment of a clip: chosen on the timeline, with the slider or among the worst.
  const showMoment = (watched, index) => {
    const slider = watched.querySelector(".moments");
    watched.querySelectorAll("[data-shows-moment]").forEach((figure) => {
      figure.hidden = figure.dataset.showsMoment !== String(index);
      if (!figure.hidden) slider.setAttribute("aria-valuetext", figure.dataset.said);
    });
    slider.value = index;
    watched.querySelectorAll("i[data-moment]").forEach((column) => {
      column.classList.toggle("chosen", column.dataset.moment === String(index));
    });
  };
  const nearestMoment = (track, x) => {
    const distance = (column) => {
      const { left, right } = column.getBoundingClientRect();
      return Math.abs((left + right) / 2 - x);
    };
    const columns = [...track.querySelectorAll("[data-moment]")];
    return columns.sort((a, b) => distance(a) - distance(b))[0];
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches(".watched .moments")) {
      showMoment(event.target.closest(".watched"), event.target.value);
    }
  });
  document.addEventListener("click", (event) => {
    const track = event.target.closest(".watched .track");
    const chosen = track ? nearestMoment(track, event.clientX)
      : event.target.closest(".watched .worst");
    if (!chosen) return;
    const watched = chosen.closest(".watched");
    showMoment(watched, chosen.dataset.moment);
    live.textContent = watched.querySelector(".moments").getAttribute("aria-valuetext");
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
    // The answer in a line, with a link to the page; to the photo only if it came from an address.
    said: (address, isFaceCrop) => {
      const link = new URL(location.pathname, location.origin);
      if (address) link.searchParams.set("url", address);
      if (isFaceCrop) link.searchParams.set("crop", "1");
      const { said } = document.querySelector("article.answer").dataset;
      return said.replace("{address}", () => link.href);
    },
    copy: async (address, isFaceCrop) => {
      const said = window.detectorPage.said(address, isFaceCrop);
      try {
        await navigator.clipboard.writeText(said);
        return [said, true];
      } catch { // no permission, or a page without https
        return [said, false];
      }
    },
    share: async (files, address, isFaceCrop) => {
      const picture = files.find((file) => file.orig_name === "report.png");
      const content = await (await fetch(picture.url)).blob();
      const shared = { text: window.detectorPage.said(address, isFaceCrop) };
      const withPicture = {
        ...shared, files: [new File([content], "report.png", { type: "image/png" })],
      };
      const canShare = navigator.canShare?.(withPicture);
      try {
        await navigator.share(canShare ? withPicture : shared);
      } catch (error) { // a person may change their mind
        if (error.name !== "AbortError") throw error;
      }
    },
  };

  const look = () => {
    // Gradio's buttons of the examples hold a picture and no name; the list below has the names.
    document.querySelectorAll(".example-names").forEach((list) => {
      const buttons = list.closest(".column").querySelectorAll(".gallery-item");
      [...list.children].forEach((item, index) => {
        buttons[index]?.setAttribute("aria-label", item.textContent);
      });
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
