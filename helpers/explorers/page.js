// What the reader sees: controls, latent plane, drawing pad, images. start() mounts an explorer; the spec is
// written by __init__.py. The network itself is in network.js.

const PEN = 2.4; // width of a stroke in MNIST's pixels: drawn digits then have MNIST's mean intensity
const COLOUR = { posterior: "#0072b2", prior: "#009e73", reconstruction: "#d55e00", sample: "#cc79a7" };
const STYLE = `
  :host { display: block; font: 14px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif;
          color: var(--jp-content-font-color1, inherit); max-width: 1180px; padding: 6px 2px 10px; container-type: inline-size }
  * { box-sizing: border-box }
  [hidden] { display: none !important }
  .row { display: flex; flex-wrap: wrap; gap: 20px 24px; align-items: flex-start; margin-bottom: 20px }
  .row > *, figure { max-width: 100% }
  .side { gap: 16px; margin: 0 }
  @container (min-width: 640px) { .images { flex-wrap: nowrap; gap: 16px } }
  @container (max-width: 560px) {
    .images > figure { width: calc(33.3% - 11px) !important }
    .images { gap: 16px }
    .result { order: -1 }
  }
  @container (max-width: 420px) { .images > figure { width: calc(50% - 8px) !important } }
  .ten { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 8px; max-width: 760px; margin: 0 0 20px }
  @container (max-width: 520px) { .ten { grid-template-columns: repeat(5, minmax(0, 1fr)) } }
  .four { grid-template-columns: repeat(4, minmax(0, 1fr)) !important; flex: 1 1 400px; max-width: 480px }
  .controls { flex: 1 1 300px; max-width: 512px; display: grid; gap: 14px }
  .sliders { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 4px 28px }
  .sliders label { display: grid; grid-template-columns: minmax(26px, auto) 1fr minmax(48px, auto); gap: 8px; align-items: center }
  sub { font-size: 75%; line-height: 0 }
  input { accent-color: ${COLOUR.posterior}; margin: 0; min-width: 0 }
  input[type=range] { width: 100%; height: 26px; cursor: pointer }
  output, td { text-align: right; font-variant-numeric: tabular-nums }
  fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 12px }
  legend { padding: 0; margin-bottom: 3px; font-weight: 600 }
  fieldset label { display: flex; gap: 5px; align-items: center; cursor: pointer }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px }
  button { font: inherit; color: inherit; padding: 5px 10px; cursor: pointer; border-radius: 8px;
           border: 1px solid color-mix(in srgb, currentColor 30%, transparent);
           background: color-mix(in srgb, currentColor 5%, transparent) }
  button:hover { background: color-mix(in srgb, currentColor 12%, transparent) }
  button:disabled { opacity: 0.45; cursor: default }
  :focus-visible { outline: 2px solid ${COLOUR.posterior}; outline-offset: 2px }
  figure { margin: 0; display: grid; gap: 6px; align-content: start }
  figcaption { font-size: 12.5px; opacity: 0.85; text-align: center; overflow-wrap: anywhere }
  .paper { position: relative; width: 100%; background: white; border: 1px solid #c3c8cf; border-radius: 8px;
           overflow: hidden; line-height: 0 }
  .paper canvas { display: block; width: 100%; height: 100%; image-rendering: pixelated }
  .paper canvas + canvas { position: absolute; inset: 0 }
  .draw { cursor: crosshair; touch-action: none; user-select: none; -webkit-user-select: none }
  .hint { position: absolute; inset: 0; display: grid; place-items: center; color: #6b7280; line-height: 1.3;
          text-align: center; pointer-events: none }
  .reconstruction .paper { border-color: ${COLOUR.reconstruction} }
  .place { position: absolute; border: 2px solid ${COLOUR.sample}; pointer-events: none }
  .key { white-space: nowrap }
  .key::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px;
                 margin: 0 5px 0 12px; background: var(--key) }
  .ring::before { border: 2px solid black; border-radius: 50% }
  table { border-collapse: collapse; font-size: 13px }
  th { font-weight: 600; text-align: right }
  td, th { padding: 2px 0 2px 14px; vertical-align: bottom; max-width: 80px }
  td:first-child, th:first-child { padding-left: 0; text-align: left }`;

// -------------------------------------------------------------------------------------- small parts

function make(tag, options = {}, ...children) {
  const node = Object.assign(document.createElement(tag), options);
  node.append(...children);
  return node;
}

const zName = (j) => make("span", {}, "z", make("sub", { textContent: j + 1 }));
const key = (textContent, colour) => {
  const node = make("span", { className: "key", textContent });
  node.style.setProperty("--key", colour);
  return node;
};

/** A figure of some width in CSS pixels, or narrower where there is no room. */
function figure(width, paper, ...caption) {
  const node = make("figure", {}, paper, make("figcaption", {}, ...caption));
  node.style.width = `${width}px`;
  return node;
}

/** A square image of side × side pixels on paper: [paper, paint]; paint(intensities), clipped to 0 … 1. */
function screen(side, ariaLabel) {
  const canvas = make("canvas", { width: side, height: side, role: "img", ariaLabel });
  const pen = canvas.getContext("2d"), image = pen.createImageData(side, side), dots = image.data;
  const paint = (x) => {
    dots.fill(255);
    for (let i = 0; x && i < x.length; i++) dots[4 * i] = dots[4 * i + 1] = dots[4 * i + 2] = 255 * (1 - x[i]);
    pen.putImageData(image, 0, 0);
  };
  return [make("div", { className: "paper" }, canvas), paint];
}

/** A canvas for lines, as fine as the screen: [canvas, redraw]; draw(pen, width, height) in CSS pixels. */
function easel(ariaLabel, draw) {
  const canvas = make("canvas", { role: "img", ariaLabel }), pen = canvas.getContext("2d");
  const redraw = () => {
    const { clientWidth: w, clientHeight: h } = canvas, fine = devicePixelRatio;
    if (!w || !h) return;
    for (const [side, length] of [["width", Math.round(w * fine)], ["height", Math.round(h * fine)]])
      if (canvas[side] !== length) canvas[side] = length;
    pen.setTransform(fine, 0, 0, fine, 0, 0);
    pen.clearRect(0, 0, w, h);
    draw(pen, w, h);
  };
  new ResizeObserver(redraw).observe(canvas);
  return [canvas, redraw];
}

/** While a pointer is down on a node: follow(x, y, first), its position in the node from 0 to 1. */
function drag(node, follow) {
  const tell = ({ clientX, clientY }, first) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    follow((clientX - left) / width, (clientY - top) / height, first);
  };
  node.classList.add("draw");
  node.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    event.preventDefault();
    node.focus({ preventScroll: true });
    node.setPointerCapture(event.pointerId);
    tell(event, true);
  });
  node.addEventListener("pointermove", (event) => {
    if (!event.isPrimary || !node.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? [];
    (all.length ? all : [event]).forEach((one) => tell(one, false));
  });
}

/** Lines through points; a stroke of one point is a dot. */
function trace(pen, strokes, place) {
  pen.fillStyle = pen.strokeStyle = "black";
  pen.lineCap = pen.lineJoin = "round";
  for (const points of strokes) {
    pen.beginPath();
    pen.arc(...place(points[0]), pen.lineWidth / 2, 0, 7);
    pen.fill();
    pen.beginPath();
    for (const point of points) pen.lineTo(...place(point));
    pen.stroke();
  }
}

/** Strokes, in units of the pad, as an image like MNIST's: the digit fills a box of 20 × 20 pixels, its centre
 * of mass is the middle of 28 × 28. Lines are drawn anew, not scaled as pixels, so that all are equally bold;
 * the scale is capped, so that a dot stays a dot. */
function digit(strokes, pen) {
  const [xs, ys] = [0, 1].map((axis) => strokes.flat().map((point) => point[axis]));
  const ends = (v) => v.reduce(([a, b], c) => [Math.min(a, c), Math.max(b, c)], [Infinity, -Infinity]);
  const [[left, right], [top, bottom]] = [ends(xs), ends(ys)];
  const scale = Math.min((20 - PEN) / Math.max(right - left, bottom - top), 90);
  pen.lineWidth = PEN;
  const draw = (cx, cy) => {
    pen.clearRect(0, 0, 28, 28);
    trace(pen, strokes, ([x, y]) => [cx + scale * (x - (left + right) / 2), cy + scale * (y - (top + bottom) / 2)]);
    const { data } = pen.getImageData(0, 0, 28, 28);
    return Float32Array.from({ length: 784 }, (_, i) => data[4 * i + 3] / 255);
  };
  let [sum, x, y] = [0, 0, 0];
  draw(14, 14).forEach((v, i) => {
    [sum, x, y] = [sum + v, x + v * ((i % 28) + 0.5), y + v * (Math.floor(i / 28) + 0.5)];
  });
  return draw(28 - x / sum, 28 - y / sum);
}

const gauss = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const sample = ({ mean, sd }) => mean.map((m, j) => m + sd[j] * gauss());
const gaussian = (out) => {
  const q = out.length / 2;
  return { mean: out.slice(0, q), sd: out.slice(q).map((v) => Math.exp(v / 2)) };
};

// ------------------------------------------------------------------------------------------ a model

/** A model of the spec with its networks, and its state: z, posterior and reconstruction of the image.
 * With labels, z and posterior are relative to the prior p(z|label): z = (z' − mean) / standard deviation. */
function ready(spec, i, get) {
  const { q, kind, labels, start, shape } = spec;
  const row = (name, j) => {
    const { data, shape: [, width] } = get(name);
    return data.slice(width * j, width * (j + 1));
  };
  const told = (label) => Array.from({ length: labels }, (_, c) => +(c === label));
  const prior = (label) => gaussian(row(`${i}.prior.exact`, label));
  const decoder = network(spec.decoder, get), encoder = spec.encoder && network(spec.encoder, get);
  const complete = (condition, noise) => { // the encoder of this kind is the prior network p(z | visible pixels)
    const { mean, sd } = gaussian(encoder(condition));
    return decoder(Float32Array.of(...mean.map((m, j) => m + sd[j] * noise[j]), ...condition));
  };
  const decode = (z, label) => {
    const { mean, sd } = labels ? prior(label) : {};
    return decoder(Float32Array.of(...(labels ? z.map((e, j) => mean[j] + sd[j] * e) : z), ...told(label)), shape);
  };
  const encode = (image, index, label) => {
    if (kind === "completion") return { mean: new Float32Array(q) };
    const out = encoder ? encoder(Float32Array.of(...image, ...told(label))) : row(`${i}.table.exact`, index);
    if (kind !== "gaussian") return { mean: out };
    const { mean, sd } = gaussian(out);
    if (!labels) return { mean, sd };
    const unit = prior(label);
    return { mean: mean.map((m, j) => (m - unit.mean[j]) / unit.sd[j]), sd: sd.map((s, j) => s / unit.sd[j]) };
  };
  const standard = { mean: new Float32Array(q), sd: new Float32Array(q).fill(1) };
  return { ...spec, complete, decode, encode, standard, z: Float32Array.from(start), posterior: null, reconstruction: null };
}

// ------------------------------------------------------------------------------------------ the page

function build(root, spec, get) {
  const models = spec.models.map((one, i) => ready(one, i, get)), several = models.length > 1;
  const { side, pad } = spec, conditional = models.some((model) => model.labels);
  const testImages = get("images").data, count = testImages.length / (side * side);
  let active = models[0], image = null, index = 0, drawn = spec.labels[0], target = spec.label;
  const digits = [..."0123456789"];
  let strokes = [], stale = false, redrawn = false, waiting = 0;

  // One frame: encode what is new, then bring each part of the page up to date.
  const watchers = [];
  const render = () => {
    waiting = 0;
    if (stale) encodeImage();
    watchers.forEach((watch) => watch());
  };
  const refresh = () => { waiting ||= requestAnimationFrame(render); };
  const small = make("canvas", { width: 28, height: 28 }).getContext("2d", { willReadFrequently: true });
  /** The label under which the ELBO of the image, at the posterior mean, is largest. */
  function likeliest(model) {
    const scores = digits.map((_, c) => {
      const { mean, sd } = model.encode(image, index, c), out = model.decode(mean, c);
      const kl = mean.reduce((sum, m, j) => sum + (m * m + sd[j] ** 2 - 1) / 2 - Math.log(sd[j]), 0);
      return out.reduce((sum, p, i) => sum + image[i] * Math.log(p + 1e-6) + (1 - image[i]) * Math.log(1 - p + 1e-6), -kl);
    });
    return scores.indexOf(Math.max(...scores));
  }
  function encodeImage() {
    stale = false;
    if (strokes.length) image = digit(strokes, small);
    if (redrawn && active.labels) drawn = likeliest(active);
    redrawn = false;
    for (const model of models) {
      model.posterior = image && model.encode(image, index, drawn);
      model.z = image ? model.posterior.mean.slice() : Float32Array.from(model.start);
      if (!spec.mask) model.reconstruction = image && model.decode(model.z, drawn);
    }
  }
  const show = (picture, lines = []) => {
    [image, strokes, stale] = [picture, lines, true];
    refresh();
  };
  const testImage = (i) => {
    index = i;
    drawn = spec.labels[i];
    show(Float32Array.from(testImages.subarray(side * side * i, side * side * (i + 1)), (v) => v / 255));
  };
  const move = (j, value) => {
    active.z[j] = value;
    refresh();
  };

  // ---- controls
  const same = (z) => z, [bend, unbend] = spec.plane?.asinh ? [Math.asinh, Math.sinh] : [same, same];
  function slider(name, ariaLabel, low, high, step, read, write, shown = read) {
    const digits = step < 1 ? Math.ceil(-Math.log10(2 * step)) : 0;
    const input = make("input", { type: "range", min: low, max: high, step, ariaLabel }), output = make("output");
    input.addEventListener("input", () => write(+input.value));
    watchers.push(() => {
      const value = shown();
      input.value = read();
      output.textContent = digits > 6 ? value.toExponential(2) : value.toFixed(digits).replace(/^-([0.]+)$/, "$1");
      input.ariaValueText = output.textContent;
    });
    return make("label", {}, name, input, output);
  }
  function radios(legend, options, read, write) {
    const inputs = options.map((_, i) => make("input", { type: "radio", name: legend }));
    inputs.forEach((input, i) => input.addEventListener("change", () => write(i)));
    watchers.push(() => inputs.forEach((input, i) => { input.checked = i === read(); }));
    const labels = options.map((option, i) => make("label", {}, inputs[i], option));
    return make("fieldset", {}, make("legend", { textContent: legend }), ...labels);
  }
  const buttons = make("div", { className: "buttons" });
  function press(textContent, onclick, able = () => true) {
    const button = make("button", { type: "button", textContent, onclick });
    watchers.push(() => {
      button.disabled = !able();
      button.title = button.disabled ? "This model has no distribution to sample from." : "";
    });
    buttons.append(button);
  }
  function sliders(model) {
    const panel = make("div", { className: "sliders" });
    watchers.push(() => { panel.hidden = model !== active; });
    for (const { index: j, ...ends } of model.sliders) {
      const [low, high] = [bend(ends.low), bend(ends.high)], shown = () => model.z[j];
      const read = () => bend(shown()), write = (value) => move(j, unbend(value));
      panel.append(slider(zName(j), `latent dimension z${j + 1}`, low, high, (high - low) / 200, read, write, shown));
    }
    if (model.kind === "tokens") {
      model.place = 0;
      const at = (value) => {
        model.place = value;
        refresh();
      };
      panel.append(
        slider("position", "position of a token", 0, model.q - 1, 1, () => model.place, at),
        slider("token", "token at this position", 0, model.tokens - 1, 1, () => model.z[model.place],
          (value) => move(model.place, value)));
    }
    return panel;
  }

  // ---- figures
  function decoded(width) {
    const [paper, paint] = screen(side, "decoded image"), place = make("div", { className: "place" });
    paper.append(place);
    watchers.push(() => {
      paint(active.decode(active.z, target));
      place.hidden = active.kind !== "tokens";
      if (place.hidden) return;
      const [rows, columns] = active.shape, { place: p } = active;
      place.style.cssText = `width: ${100 / columns}%; height: ${100 / rows}%;
        left: ${(100 * (p % columns)) / columns}%; top: ${(100 * Math.floor(p / columns)) / rows}%`;
    });
    const node = figure(width, paper, "decoded image");
    node.classList.add("result");
    return node;
  }
  function reconstruction(model, width) {
    const name = several ? `reconstruction by ${model.name}` : "reconstruction";
    const [paper, paint] = screen(side, name), caption = make("span", { textContent: name });
    watchers.push(() => paint(model.reconstruction));
    const node = figure(width, paper, caption);
    node.classList.add("reconstruction");
    return node;
  }
  function seen(width) {
    const name = pad ? "input of the encoder" : "test image";
    const [paper, paint] = screen(side, name);
    watchers.push(() => paint(image));
    return figure(width, paper, name);
  }
  function drawingPad(width) {
    const hint = make("div", { className: "hint", textContent: "draw a digit here" });
    const [canvas, redraw] = easel("pad: draw a digit with the mouse or a finger", (pen, w) => {
      pen.lineWidth = w / 14;
      trace(pen, strokes, ([x, y]) => [w * x, w * y]);
    });
    const paper = make("div", { className: "paper" }, canvas, hint);
    paper.style.aspectRatio = 1;
    drag(paper, (x, y, first) => {
      if (first) strokes.push([]);
      strokes.at(-1).push([x, y]);
      stale = redrawn = true;
      refresh();
    });
    watchers.push(() => {
      hint.hidden = strokes.length > 0;
      redraw();
    });
    return figure(width, paper, "drawing pad");
  }

  /** The decoded images of one z for all ten labels. */
  function everyLabel() {
    const screens = digits.map((c) => screen(side, `decoded as ${c}`));
    watchers.push(() => screens.forEach(([, paint], c) => paint(active.labels ? active.decode(active.z, c) : null)));
    return screens.map(([paper], c) => figure(100, paper, `as ${c}`));
  }

  /** An image, rounded to 0 and 1, whose pixels a brush masks, and completions, each from its own sample of the prior network. */
  function completions() {
    const [model] = models, hidden = Uint8Array.from(spec.mask), at = [0.5, 0.5], brush = 3 / 28;
    const screens = Array.from({ length: 8 }, (_, i) => screen(side, `completion ${i + 1}`));
    let noise;
    const renew = () => {
      noise = screens.map(() => Array.from(model.standard.mean, gauss));
      refresh();
    };
    const hide = (inside) => {
      hidden.forEach((_, i) => { hidden[i] = inside((i % side) + 0.5, Math.floor(i / side) + 0.5, hidden[i]); });
      refresh();
    };
    const dab = () => hide((x, y, old) => old || Math.hypot(x / side - at[0], y / side - at[1]) < brush);
    const [under, paint] = screen(side, "visible pixels"), tint = "#cbcbcb";
    const [over, redraw] = easel("masked pixels", (pen, w, h) => {
      pen.fillStyle = tint;
      hidden.forEach((on, i) => on && pen.fillRect(Math.floor(((i % side) * w) / side),
        Math.floor((Math.floor(i / side) * h) / side), Math.ceil(w / side), Math.ceil(h / side)));
      pen.beginPath();
      pen.arc(at[0] * w, at[1] * h, brush * w, 0, 7);
      pen.stroke();
    });
    under.append(over);
    Object.assign(under, { tabIndex: 0, role: "application",
      ariaLabel: "brush: mask pixels by dragging, or with the arrow keys and the space bar" });
    drag(under, (x, y) => {
      [at[0], at[1]] = [x, y];
      dab();
    });
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], " ": [0, 0] };
    under.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      [0, 1].forEach((axis) => { at[axis] = Math.min(Math.max(at[axis] + keys[event.key][axis] / side, 0), 1); });
      if (event.key === " ") dab();
      else refresh();
    });
    watchers.push(() => {
      const seen = image?.map(Math.round) ?? new Float32Array(side * side);
      paint(seen.map((v, i) => (hidden[i] ? 0 : v)));
      redraw();
      const condition = seen.map((v, i) => (hidden[i] ? 0 : 2 * v - 1));
      screens.forEach(([, draw], i) => {
        const made = model.complete(condition, noise[i]);
        draw(seen.map((v, j) => (hidden[j] ? made[j] : v)));
      });
    });
    press("New samples", renew);
    const half = side / 2, inner = (t) => Math.abs(t - half) < side / 5;
    const parts = { "left half": (x) => x < half, "right half": (x) => x > half, "top half": (x, y) => y < half,
      "bottom half": (x, y) => y > half, "centre": (x, y) => inner(x) && inner(y), "everything": () => 1, "nothing": () => 0 };
    for (const [name, inside] of Object.entries(parts)) press(`Mask ${name}`, () => hide(inside));
    renew();
    const results = make("div", { className: "ten four" }, ...screens.map(([paper], i) => figure(100, paper, `sample ${i + 1}`)));
    return [figure(224, under, "visible pixels; ", key("masked", tint)), results];
  }

  /** The plane of two latent dimensions: encoded images, posterior, and the point to move. */
  function latentPlane(width) {
    const [model] = models, [u, v] = model.sliders, { colours, classes, places } = spec.plane;
    const dots = get("dots.exact").data, kinds = get("classes").data;
    const share = (z, { low, high }) => (bend(z) - bend(low)) / (bend(high) - bend(low));
    const across = (z, w) => w * share(z, u), down = (z, h) => h * (1 - share(z, v));
    const [base, drawBase] = easel("encoded images", (pen, w, h) => {
      const unit = 10 ** Math.floor(Math.log10((u.high - u.low) / 3));
      const step = unit * [5, 2, 1].find((k) => k === 1 || (u.high - u.low) / (k * unit) >= 4);
      const first = Math.ceil(Math.min(u.low, v.low) / step), last = Math.max(u.high, v.high) / step;
      const even = Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
      const ticks = spec.plane.asinh ? [-100, -10, -1, 0, 1, 10, 100] : even;
      const names = [["z₁", w - 20, h - 20], ["z₂", 5, 16]];
      for (const [axis, place] of [[u, across], [v, down]])
        for (const tick of ticks) {
          if (tick <= axis.low || tick >= axis.high) continue;
          const at = place(tick, axis === u ? w : h), name = String(+tick.toPrecision(6));
          pen.fillStyle = tick ? "#eceef1" : "#c3c8cf";
          pen.fillRect(...(axis === u ? [at, 0, 1, h] : [0, at, w, 1]));
          if (axis === u) names.push([name, at + 3, h - 5]);
          else if (at > 24 && at < h - 24) names.push([name, 4, at - 3]);
        }
      for (const k of model.kind === "gaussian" ? [1, 2] : []) {
        pen.beginPath();
        pen.ellipse(across(0, w), down(0, h), (k * w) / (u.high - u.low), (k * h) / (v.high - v.low), 0, 0, 7);
        Object.assign(pen, { strokeStyle: COLOUR.prior, lineWidth: 1.5 });
        pen.stroke();
      }
      pen.globalAlpha = 0.65;
      kinds.forEach((c, i) => {
        pen.fillStyle = colours[c];
        pen.beginPath();
        pen.arc(across(dots[2 * i], w), down(dots[2 * i + 1], h), 2, 0, 7);
        pen.fill();
      });
      pen.globalAlpha = 1;
      Object.assign(pen, { font: "bold 13px system-ui", textAlign: "center", textBaseline: "middle", lineWidth: 2 });
      classes.forEach((c, i) => {
        const [x, y] = [across(places[i][0], w), down(places[i][1], h)];
        pen.beginPath();
        pen.arc(x, y, 10, 0, 7);
        Object.assign(pen, { fillStyle: "white", strokeStyle: colours[c] });
        pen.fill();
        pen.stroke();
        pen.fillStyle = "#111827";
        pen.fillText(c, x, y + 1);
      });
      Object.assign(pen, { font: "12px system-ui", textAlign: "left", textBaseline: "alphabetic" });
      Object.assign(pen, { fillStyle: "#4b5563", strokeStyle: "white", lineWidth: 3 });
      for (const draw of ["strokeText", "fillText"]) names.forEach((name) => pen[draw](...name));
    });
    const [over, drawOver] = easel("latent plane", (pen, w, h) => {
      const { posterior, z } = model, [x, y] = [across(z[0], w), down(z[1], h)];
      for (const k of posterior?.sd ? [2, 1] : []) {
        const rx = (k * posterior.sd[0] * w) / (u.high - u.low), ry = (k * posterior.sd[1] * h) / (v.high - v.low);
        pen.beginPath();
        pen.ellipse(across(posterior.mean[0], w), down(posterior.mean[1], h), rx, ry, 0, 0, 7);
        Object.assign(pen, { fillStyle: "rgb(0 114 178 / 0.2)", strokeStyle: COLOUR.posterior, lineWidth: 2 });
        pen.fill();
        pen.stroke();
      }
      const [cx, cy] = [Math.min(Math.max(x, 0), w), Math.min(Math.max(y, 0), h)];
      for (const [lineWidth, strokeStyle] of [[7, "white"], [4, "black"]]) {
        pen.beginPath();
        pen.arc(cx, cy, 9, 0, 7); // a ring, so that a narrow posterior is seen in it
        Object.assign(pen, { lineWidth, strokeStyle });
        pen.stroke();
      }
    });
    const paper = make("div", { className: "paper", tabIndex: 0, role: "application",
      ariaLabel: "latent plane: drag the point, or move it with the arrow keys" }, base, over);
    paper.style.aspectRatio = 1;
    const inside = (t, { low, high }) => unbend(bend(low) + Math.min(Math.max(t, 0), 1) * (bend(high) - bend(low)));
    const go = (x, y) => {
      model.z = Float32Array.of(inside(x, u), inside(y, v));
      refresh();
    };
    drag(paper, (x, y) => go(x, 1 - y));
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    paper.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const [dx, dy] = keys[event.key], step = event.shiftKey ? 0.1 : 0.01;
      go(across(model.z[0], 1) + step * dx, 1 - down(model.z[1], 1) + step * dy);
    });
    watchers.push(drawOver);
    const caption = ["encoded images, one colour per class; ", key("z", "white")];
    caption[1].classList.add("ring");
    if (model.kind === "gaussian")
      caption.push(key("posterior", COLOUR.posterior), key("prior (1 and 2 standard deviations)", COLOUR.prior));
    return figure(width, paper, ...caption);
  }

  /** Mean and standard deviation of the two latent dimensions, as numbers. */
  function numbers(model) {
    const heads = model.kind === "gaussian" ? ["", "mean", "standard deviation"] : ["", "code"];
    const head = make("tr", {}, ...heads.map((textContent) => make("th", { textContent })));
    const body = model.sliders.map(({ index: j }) => {
      const cells = heads.slice(1).map(() => make("td"));
      watchers.push(() => cells.forEach((cell, i) => {
        cell.textContent = model.posterior?.[i ? "sd" : "mean"][j].toFixed(3) ?? "–";
      }));
      return make("tr", {}, make("td", {}, zName(j)), ...cells);
    });
    return make("table", { ariaLabel: "posterior of each latent dimension" }, head, ...body);
  }

  /** Posterior mean ± standard deviation of every latent dimension against the prior N(0, 1), and z. */
  function bars() {
    const name = "posterior mean and standard deviation of each latent dimension";
    const [canvas, redraw] = easel(name, (pen, w, h) => {
      const { posterior, z, order, q, kind } = active, left = 36, step = (w - left) / q, foot = 20;
      const most = order.reduce((most, j) => Math.max(most, Math.abs(z[j]),
        posterior ? Math.abs(posterior.mean[j]) + (posterior.sd?.[j] ?? 0) : 0), kind === "gaussian" ? 3.2 : 1e-6);
      const up = (value) => ((h - foot) * (1 - value / (1.06 * most))) / 2;
      pen.font = "11px system-ui";
      if (kind === "gaussian") {
        pen.fillStyle = "rgb(0 158 115 / 0.18)";
        pen.fillRect(left, up(1), w - left, up(-1) - up(1));
      }
      const unit = 10 ** Math.floor(Math.log10(most)), mark = most / unit < 2 ? unit / 2 : unit * (most / unit < 5 ? 1 : 2);
      for (let k = -Math.floor(most / mark); k * mark <= most; k++) {
        pen.fillStyle = k ? "#e5e7eb" : "#9ca3af";
        pen.fillRect(left, up(k * mark), w - left, 1);
        pen.fillStyle = "#6b7280";
        pen.textAlign = "right";
        pen.fillText(+(k * mark).toPrecision(3), left - 5, up(k * mark) + 4);
      }
      pen.textAlign = "center";
      order.forEach((j, i) => {
        const x = left + step * (i + 0.5), wide = Math.min(14, 0.55 * step);
        pen.fillStyle = "#374151";
        if (step > 15 || i % 2 === 0) pen.fillText(j + 1, x, h - 6);
        pen.fillStyle = COLOUR.posterior;
        if (posterior) { // mean ± standard deviation, or without a distribution a bar from 0
          const { mean, sd } = posterior, from = up(sd ? mean[j] + sd[j] : mean[j]);
          pen.globalAlpha = 0.45;
          pen.fillRect(x - wide / 2, from, wide, up(sd ? mean[j] - sd[j] : 0) - from);
          pen.globalAlpha = 1;
        }
        if (posterior) pen.fillRect(x - wide / 2, up(posterior.mean[j]) - 1, wide, 2);
        pen.fillStyle = COLOUR.sample;
        pen.beginPath();
        pen.arc(x, up(z[j]), Math.min(3.5, 0.3 * step), 0, 7);
        pen.fill();
      });
    });
    const paper = make("div", { className: "paper" }, canvas);
    paper.style.height = "210px";
    const mean = key("", COLOUR.posterior), prior = key("prior N(0, 1), ± 1 standard deviation", COLOUR.prior);
    const title = make("span"), caption = [title, key("z", COLOUR.sample), mean, prior];
    const node = figure(760, paper, ...caption);
    watchers.push(() => {
      node.hidden = active.kind === "tokens";
      prior.hidden = active.kind !== "gaussian";
      mean.textContent = active.kind === "gaussian" ? "posterior mean ± standard deviation" : "encoded image";
      title.textContent = `latent dimensions${active.labels ? " relative to p(z | label)" : ""}, sorted by variance: `;
      redraw();
    });
    return node;
  }

  // ---- put together
  const controls = make("div", { className: "controls" });
  if (several)
    controls.append(radios("sliders and decoded image of", models.map((model) => model.name),
      () => models.indexOf(active), (i) => { active = models[i]; refresh(); }));
  if (conditional)
    controls.append(radios("label to generate", digits, () => target, (c) => { target = c; refresh(); }));
  controls.append(...models.map(sliders), buttons);
  press(spec.mask ? "Next test image" : "Encode a test image", () => testImage((index + 1) % count));
  if (models.some((model) => model.kind === "gaussian")) {
    press("Resample", () => { active.z = sample(active.posterior); refresh(); }, () => active.posterior?.sd);
    press("New sample from the prior", () => { active.z = sample(active.standard); refresh(); },
      () => active.kind === "gaussian");
  }
  if (!spec.mask) press("Reset", () => {
    active.z = Float32Array.from((active.kind !== "point" && active.posterior?.mean) || active.start);
    refresh();
  }, () => active.kind !== "tokens");
  if (pad) press("Clear", () => show(null));

  const images = make("div", { className: "row images" });
  const width = pad ? (models.length > 2 ? 140 : 168) : 112;
  if (pad) images.append(drawingPad(width));
  if (!spec.mask) images.append(seen(width));
  if (!spec.plane && !spec.mask) images.append(...models.map((model) => reconstruction(model, width)));
  if (pad && conditional)
    images.append(radios("label of the drawing", digits, () => drawn, (c) => { drawn = c; stale = true; refresh(); }));
  if (spec.mask) {
    images.append(...completions());
    root.append(images, buttons);
  } else if (spec.plane) {
    images.append(numbers(models[0]));
    const middle = make("div", {}, decoded(252), controls);
    middle.style.cssText = "display: grid; gap: 14px; flex: 0 1 272px";
    images.classList.add("side");
    images.style.flex = "1 1 168px";
    root.append(make("div", { className: "row" }, latentPlane(400), middle, images));
  } else {
    const row = make("div", { className: "row" }, controls, decoded(224));
    if (pad || several) root.append(images);
    root.append(row);
    if (conditional) root.append(make("div", { className: "ten" }, ...everyLabel()));
    if (pad) root.append(bars());
    else if (!several) {
      images.classList.add("side");
      images.style.flex = "0 0 112px";
      row.append(images);
    }
  }
  testImage(0);
  render();
}

/** Mount an explorer where its still image stands. data: the weights, a compressed safetensors file in base64. */
async function start(name, spec, data, fill = build) {
  for (const place of document.querySelectorAll(`.${name}:not([data-started])`)) {
    place.dataset.started = "true"; // the same explorer may stand twice in a page
    const host = make("div");
    host.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the keys for its cells
    host.addEventListener("keydown", (event) => { // but these are the notebook's: leave, run the cell
      const notebook = host.closest(".jp-Notebook"), { key, code, keyCode, shiftKey, ctrlKey, metaKey } = event;
      if (!notebook || !(key === "Escape" || (key === "Enter" && (shiftKey || ctrlKey || metaKey)))) return;
      event.preventDefault();
      notebook.focus();
      const init = { key, code, keyCode, shiftKey, ctrlKey, metaKey, bubbles: true, cancelable: true };
      notebook.dispatchEvent(new KeyboardEvent("keydown", init));
    });
    const root = host.attachShadow({ mode: "open" }); // no style of the page in, none of ours out
    root.append(make("style", { textContent: STYLE }));
    try {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      const get = openWeights(await new Response(stream).arrayBuffer());
      fill(root, spec, get);
      place.replaceChildren(host);
    } catch (error) {
      place.prepend(make("p", { textContent: `This explorer cannot start. ${error.message}` }));
      console.error(error);
    }
  }
}
