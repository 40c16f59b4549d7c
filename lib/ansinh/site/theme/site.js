// Search, sorting, filtering and tabs. Without this script every page is complete: links, plain tables, sections one below another.
(function () {
  "use strict";
  var root = document.currentScript.src.replace(/theme\/site\.js.*$/, "");
  var words = document.documentElement.lang === "vi"
    ? { filter: "Lọc theo tên", filterTable: "Lọc bảng theo tên: ", found: " kết quả", none: "Không có kết quả. Hãy gõ tên quận, huyện, xã, phường hoặc tên chỉ tiêu.", search: "Tìm đơn vị hoặc trang", all: "Xem tất cả {} dòng" }
    : { filter: "Filter by name", filterTable: "Filter table by name: ", found: " results", none: "No results", search: "Search", all: "Show all {} rows" };
  var FOLDED = 8;  // as site.css shows
  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  }
  function made(tag, text) { var node = document.createElement(tag); if (text) node.textContent = text; return node; }

  // Navigation and contents stand open where there is room.
  var wide = window.matchMedia("(min-width: 52.01rem)"), widest = window.matchMedia("(min-width: 75.01rem)");
  [[".side details", wide], [".toc details", widest]].forEach(function (pair) {
    var details = document.querySelector(pair[0]);
    if (!details) return;
    var fit = function () { details.open = pair[1].matches; };
    fit(); pair[1].addEventListener("change", fit);
  });

  // Quarto's own search minds diacritics and needs a server: ours takes its place.
  var theirs = document.getElementById("quarto-search");
  if (theirs) {
    var ours = made("div"), field = made("input"), hits = made("ul"), told = made("p");
    ours.className = "search"; ours.setAttribute("role", "search"); field.id = "tim"; field.type = "search"; field.autocomplete = "off";
    field.placeholder = words.search; field.setAttribute("aria-label", words.search); field.dataset.none = words.none;
    hits.id = "ket-qua"; hits.hidden = true; told.className = "quiet"; told.setAttribute("role", "status");
    ours.append(field, hits, told); theirs.replaceWith(ours);
  }

  var box = document.querySelector(".search"), input = document.getElementById("tim"), list = document.getElementById("ket-qua");
  var entries = null;
  function load() {
    if (entries !== null) return;
    entries = [];
    var script = document.createElement("script");
    script.src = root + "search.js";
    script.onload = function () {
      window.ANSINH_INDEX.forEach(function (page) {
        entries.push({ text: page.t, address: page.p, key: " " + page.k, deep: false, last: page.l });
        (page.c || []).forEach(function (row) {
          entries.push({ text: row[0], context: page.u, address: page.p + "#" + row[1], key: " " + fold(row[0] + " " + page.u), start: " " + fold(row[0]), deep: true, last: page.l });
        });
      });
      show();
    };
    document.head.append(script);
  }
  function show() {
    var typed = fold(input.value), parts = typed.split(" ").filter(Boolean), status = box.querySelector("[role=status]");
    list.replaceChildren();
    list.hidden = !parts.length || !entries;
    status.textContent = "";
    if (list.hidden || (!entries.length)) return;
    var hits = entries.filter(function (entry) { return parts.every(function (word) { return entry.key.includes(" " + word); }); });
    var rank = function (entry) { return (entry.last ? 8 : 0) + (entry.deep ? (entry.start.includes(" " + typed) ? 2 : 4) : 0) + (entry.key.includes(" " + typed) ? 0 : 1); };
    hits.sort(function (a, b) { return rank(a) - rank(b); });
    hits.slice(0, 12).forEach(function (entry) {
      var item = made("li"), link = made("a", entry.text);
      link.href = root + entry.address;
      if (entry.context) link.append(made("small", entry.context));
      link.addEventListener("click", function () { list.hidden = true; });
      item.append(link); list.append(item);
    });
    if (!hits.length) { var none = made("li"); none.append(made("span", input.dataset.none)); list.append(none); }
    status.textContent = hits.length ? Math.min(hits.length, 12) + words.found : input.dataset.none;
  }
  if (box) {
    box.hidden = false;
    input.addEventListener("focus", load);
    input.addEventListener("input", function () { load(); show(); });
    document.addEventListener("click", function (event) { if (!box.contains(event.target)) list.hidden = true; });
    document.addEventListener("keydown", function (event) {
      if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
    });
    box.addEventListener("keydown", function (event) {
      var links = Array.from(list.querySelectorAll("a")), at = links.indexOf(document.activeElement);
      if (event.key === "Escape") { input.value = ""; list.hidden = true; input.focus(); }
      if (event.key === "Enter" && document.activeElement === input && links[0]) links[0].click();
      if (event.key === "ArrowDown" && links.length) { event.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
      if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (links[at - 1] || input).focus(); }
    });
  }

  var collator = new Intl.Collator("vi");
  function sortable(table, heads, body) {
    heads.forEach(function (head, column) {
      if (!head.dataset.sort) return;
      var button = made("button", head.textContent);
      button.type = "button"; head.replaceChildren(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") !== "descending" && (head.dataset.sort === "number" || head.getAttribute("aria-sort") === "ascending");
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var rows = Array.from(body.rows), total = rows.filter(function (row) { return row.classList.contains("as-total"); });
        rows = rows.filter(function (row) { return !row.classList.contains("as-total"); });
        rows.sort(function (left, right) {
          var a = left.cells[column], b = right.cells[column];
          var order = head.dataset.sort === "number" ? parseFloat(a.dataset.value) - parseFloat(b.dataset.value) : collator.compare(a.textContent, b.textContent);
          return down ? -order : order;
        });
        body.append.apply(body, rows.concat(total));
      });
    });
  }
  function filterable(table, body) {
    var field = made("input");
    field.type = "search"; field.className = "as-filter"; field.placeholder = words.filter; field.setAttribute("aria-label", words.filterTable + table.caption.textContent);
    table.parentNode.before(field);
    field.addEventListener("input", function () {
      var words = fold(field.value).split(" ").filter(Boolean);
      Array.from(body.rows).forEach(function (row) {
        var key = " " + fold(row.cells[0].textContent);
        row.hidden = !row.classList.contains("as-total") && !words.every(function (word) { return key.includes(" " + word); });
      });
    });
  }
  // On a telephone a long table of words is many screens: it opens with its first rows, and a button for the rest.
  function foldable(table, body) {
    var wrap = table.parentNode, button = made("button", words.all.replace("{}", body.rows.length));
    button.type = "button"; button.className = "as-unfold";
    function unfold() { wrap.classList.remove("as-folded"); button.remove(); }
    function meant() { var row = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (row && body.contains(row)) { unfold(); row.scrollIntoView(); } }
    wrap.classList.add("as-folded"); wrap.after(button);
    button.addEventListener("click", function () { var next = body.rows[FOLDED]; unfold(); next.tabIndex = -1; next.focus({ preventScroll: true }); });
    window.addEventListener("hashchange", meant); meant();
  }
  document.querySelectorAll(".as-table").forEach(function (table) {
    var body = table.tBodies[0], heads = Array.from(table.tHead ? table.tHead.rows[0].cells : []);
    if (!body || body.rows.length < 3) return;
    if (heads.some(function (head) { return head.dataset.sort; })) sortable(table, heads, body);
    if (table.dataset.filter && body.rows.length > 12) filterable(table, body);
    if (table.classList.contains("as-words") && body.rows.length > 12) foldable(table, body);
  });

  // A tabset is sections one below another until this makes tabs of them.
  document.querySelectorAll(".panel-tabset").forEach(function (set, number) {
    var titles = Array.from(set.children).filter(function (node) { return node.tagName === (set.querySelector("h2,h3,h4,h5") || {}).tagName; });
    if (titles.length < 2) return;
    var bar = made("div"), tabs = [], panels = [];
    bar.className = "tab-bar"; bar.setAttribute("role", "tablist");
    titles.forEach(function (title, at) {
      var panel = made("div"), tab = made("button", title.textContent);
      while (title.nextSibling && !titles.includes(title.nextSibling)) panel.append(title.nextSibling);
      tab.type = "button"; tab.id = title.id || "tab-" + number + "-" + at; panel.id = tab.id + "-noi-dung";
      tab.setAttribute("role", "tab"); tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel"); panel.setAttribute("aria-labelledby", tab.id); panel.tabIndex = 0;
      title.replaceWith(panel); bar.append(tab); tabs.push(tab); panels.push(panel);
      tab.addEventListener("click", function () { choose(at); });
    });
    function choose(at) {
      tabs.forEach(function (tab, other) {
        tab.setAttribute("aria-selected", String(other === at)); tab.tabIndex = other === at ? 0 : -1; panels[other].hidden = other !== at;
      });
    }
    bar.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      var at = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
      choose(at); tabs[at].focus();
    });
    set.prepend(bar); choose(0);
    window.addEventListener("beforeprint", function () { panels.forEach(function (panel) { panel.hidden = false; }); });
  });
})();
