// Search, sorting and filtering. Without this script every page is complete: links, plain tables.
(function () {
  "use strict";
  var root = document.body.dataset.root || "";
  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  }
  function wide() { return window.matchMedia("(min-width: 52.01rem)").matches; }
  var side = document.querySelector(".side details");
  if (side && wide()) side.open = true;

  var box = document.querySelector(".search"), input = document.getElementById("tim"), list = document.getElementById("ket-qua");
  if (box && window.ANSINH_INDEX) {
    box.hidden = false;
    input.addEventListener("input", function () {
      var words = fold(input.value).split(" ").filter(Boolean);
      list.replaceChildren();
      list.hidden = !words.length;
      if (!words.length) return;
      var hits = window.ANSINH_INDEX.filter(function (row) { return words.every(function (word) { return row.k.includes(word); }); }).slice(0, 12);
      hits.forEach(function (row) {
        var item = document.createElement("li"), link = document.createElement("a");
        link.href = root + row.p; link.textContent = row.t; item.append(link); list.append(item);
      });
      if (!hits.length) {
        var none = document.createElement("li"), text = document.createElement("span");
        text.textContent = input.dataset.none; none.append(text); list.append(none);
      }
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
  document.querySelectorAll(".as-table").forEach(function (table) {
    var body = table.tBodies[0], heads = Array.from(table.tHead ? table.tHead.rows[0].cells : []);
    if (!body || body.rows.length < 3 || !heads.some(function (head) { return head.dataset.sort; })) return;
    heads.forEach(function (head, column) {
      if (!head.dataset.sort) return;
      var button = document.createElement("button");
      button.type = "button"; button.textContent = head.textContent; head.replaceChildren(button);
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
    if (table.dataset.filter && body.rows.length > 12) {
      var field = document.createElement("input");
      field.type = "search"; field.className = "as-filter"; field.placeholder = "Lọc theo tên"; field.setAttribute("aria-label", "Lọc bảng theo tên");
      table.parentNode.before(field);
      field.addEventListener("input", function () {
        var word = fold(field.value);
        Array.from(body.rows).forEach(function (row) { row.hidden = word && !row.classList.contains("as-total") && !fold(row.cells[0].textContent).includes(word); });
      });
    }
  });
})();
