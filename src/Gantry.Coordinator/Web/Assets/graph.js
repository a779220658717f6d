// The graph of dependencies: what a node waits for, and what waits for it, lights up under the pointer and the focus; arrow
// keys walk along lines and columns. Listens on the document, so that graphs which come with a refresh work too.
function nodesOf(graph) {
  return [...graph.querySelectorAll("[data-node]")];
}

function needs(node) {
  return node.dataset.needs ? node.dataset.needs.split(" ") : [];
}

// Everything that can be reached over `next`, without the start.
function reach(start, next) {
  const seen = new Set();
  const todo = [...next(start)];
  while (todo.length) {
    const id = todo.pop();
    if (seen.has(id)) continue;
    seen.add(id);
    todo.push(...next(id));
  }
  return seen;
}

function light(graph, node) {
  if (!node) {
    graph.classList.remove("lit");
    for (const part of graph.querySelectorAll(".on")) part.classList.remove("on");
    return;
  }
  const nodes = nodesOf(graph);
  const byId = new Map(nodes.map((each) => [each.dataset.node, each]));
  const up = reach(node.dataset.node, (id) => needs(byId.get(id)));
  const down = reach(node.dataset.node, (id) => nodes.filter((each) => needs(each).includes(id)).map((each) => each.dataset.node));
  const on = new Set([node.dataset.node, ...up, ...down]);
  const above = new Set([node.dataset.node, ...up]);
  const below = new Set([node.dataset.node, ...down]);
  graph.classList.add("lit");
  for (const each of nodes) each.classList.toggle("on", on.has(each.dataset.node));
  for (const line of graph.querySelectorAll("[data-from]"))
    line.classList.toggle("on", (above.has(line.dataset.from) && above.has(line.dataset.to)) || (below.has(line.dataset.from) && below.has(line.dataset.to)));
}

function step(graph, node, key) {
  const nodes = nodesOf(graph);
  const column = Number(node.dataset.column);
  const row = Number(node.dataset.row);
  const nearest = (list) => list.sort((a, b) => Math.abs(a.dataset.row - row) - Math.abs(b.dataset.row - row))[0];
  if (key === "ArrowUp" || key === "ArrowDown") {
    const wanted = row + (key === "ArrowUp" ? -1 : 1);
    return nodes.find((each) => Number(each.dataset.column) === column && Number(each.dataset.row) === wanted);
  }
  if (key === "ArrowLeft")
    return nearest(nodes.filter((each) => needs(node).includes(each.dataset.node))) ?? nearest(nodes.filter((each) => Number(each.dataset.column) === column - 1));
  return nearest(nodes.filter((each) => needs(each).includes(node.dataset.node))) ?? nearest(nodes.filter((each) => Number(each.dataset.column) === column + 1));
}

export function followGraphs() {
  const at = (event) => {
    const graph = event.target.closest?.("[data-dag]");
    return graph ? { graph, node: event.target.closest("[data-node]") } : null;
  };
  const focused = (graph) => (graph.contains(document.activeElement) ? document.activeElement.closest("[data-node]") : null);
  document.addEventListener("pointerover", (event) => {
    const place = at(event);
    if (place) light(place.graph, place.node ?? focused(place.graph));
  });
  document.addEventListener("pointerout", (event) => {
    const place = at(event);
    if (place && !place.graph.contains(event.relatedTarget)) light(place.graph, focused(place.graph));
  });
  document.addEventListener("focusin", (event) => { const place = at(event); if (place?.node) light(place.graph, place.node); });
  document.addEventListener("focusout", (event) => { const place = at(event); if (place) light(place.graph, null); });
  document.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow")) return;
    const place = at(event);
    const next = place?.node && step(place.graph, place.node, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
