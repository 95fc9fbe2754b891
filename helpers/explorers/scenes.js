// Scenes: sliders over a drawing. scene() is given to start() of page.js; scenes.py writes the spec.

const COLOURS = { ...COLOUR, exact: "#000000", noise: "#cc79a7", data: "#6b7280", grey: "#9ca3af" };

/** Axes on a canvas: plot([left, top, width, height], [x0, x1], [y0, y1], {title, x, y, xTicks, yTicks}).
    The box is that of the axes; leave 40 CSS pixels below and 44 at the left for their names. Returns
    X and Y, from data to pixels, and line, dots, text, which draw; each clipped to the box, text apart. */
const plotOn = (pen) => ([left, top, width, height], [x0, x1], [y0, y1], names = {}) => {
  const X = (x) => left + (width * (x - x0)) / (x1 - x0), Y = (y) => top + (height * (y1 - y)) / (y1 - y0);
  const text = (words, x, y, { colour = "#1f2937", align = "center", size = 13, turn = 0 } = {}) => {
    pen.save();
    pen.translate(x, y);
    pen.rotate(turn);
    Object.assign(pen, { fillStyle: colour, textAlign: align, textBaseline: "middle", font: `${size}px system-ui, sans-serif` });
    pen.fillText(words, 0, 0);
    pen.restore();
  };
  const clipped = (draw, style) => {
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    pen.beginPath();
    Object.assign(pen, { lineJoin: "round", ...style });
    draw();
    pen.restore();
  };
  const line = (xs, ys, colour, { width = 2.5, dash = [], fill = false } = {}) =>
    clipped(() => {
      pen.setLineDash(dash);
      xs.forEach((x, i) => pen.lineTo(X(x), Y(ys[i])));
      pen.stroke();
      if (fill) Object.assign(pen, { globalAlpha: 0.18, fillStyle: colour }).fill();
    }, { strokeStyle: colour, lineWidth: width });
  const dots = (xs, ys, colour, { radius = 4, alpha = 0.8 } = {}) =>
    clipped(() => xs.forEach((x, i) => {
      pen.beginPath();
      pen.arc(X(x), Y(ys[i]), radius, 0, 7);
      pen.fill();
    }), { fillStyle: colour, globalAlpha: alpha });
  pen.strokeStyle = "#c3c8cf";
  pen.lineWidth = 1;
  pen.strokeRect(left, top, width, height);
  for (const x of names.xTicks ?? [x0, (x0 + x1) / 2, x1]) text(`${x}`.replace("-", "−"), X(x), top + height + 11, { size: 12 });
  for (const y of names.yTicks ?? [y0, y1]) text(`${y}`.replace("-", "−"), left - 6, Y(y), { size: 12, align: "right" });
  if (names.title) text(names.title, left + width / 2, top - 12, { size: 14 });
  if (names.x) text(names.x, left + width / 2, top + height + 29);
  if (names.y) text(names.y, left - 34, top + height / 2, { turn: -Math.PI / 2 });
  return { X, Y, line, dots, text };
};

/** The controls and the canvas of a scene; draw(pen, width, height, values, data, plot, colours). */
function scene(root, { sliders, data, alt, size: [wide, high], play }, get, draw) {
  const status = make("output", { ariaLive: "polite" });
  const [canvas, redraw] = easel(alt, (pen, w, h) => {
    const fit = Math.min(1, w / 480); // on a phone all is smaller
    pen.scale(fit, fit);
    status.textContent = draw(pen, Math.max(w, 480), h / fit, inputs.map((input) => +input.value), data, plotOn(pen), COLOURS) ?? "";
  });
  const inputs = [], controls = make("div", { className: "sliders" });
  for (const [label, min, max, value, step] of sliders) {
    const input = make("input", { type: "range", min, max, step, value, ariaLabel: label });
    const shown = make("output"), digits = (`${step}`.split(".")[1] ?? "").length;
    const say = () => { shown.textContent = (+input.value).toFixed(digits).replace("-", "−"); };
    input.addEventListener("input", () => { say(); redraw(); });
    inputs.push(input);
    controls.append(make("label", {}, make("span", { textContent: label }), input, shown));
    say();
  }
  if (play) {
    const input = inputs[sliders.findIndex(([label]) => label === play)], button = make("button", { type: "button", textContent: "Play" });
    let timer = 0;
    const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
    button.addEventListener("click", () => {
      if (timer) return stop();
      if (+input.value >= +input.max) input.value = input.min;
      button.textContent = "Pause";
      timer = setInterval(() => {
        if (!canvas.isConnected || +input.value >= +input.max) return stop();
        input.stepUp();
        input.dispatchEvent(new Event("input"));
      }, 50);
    });
    controls.append(make("div", { className: "buttons" }, button));
  }
  const paper = make("div", { className: "paper" }, canvas);
  paper.style.height = `${high}px`;
  controls.style.cssText = `max-width: ${wide}px; margin-bottom: 10px;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr))`;
  root.append(controls, figure(wide, paper, status));
}
