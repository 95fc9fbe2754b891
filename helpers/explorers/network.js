// The network in the page: weights from a safetensors file, and the layers that export.py writes.
// Plain functions, without a page: the tests also run them in V8 alone.

// ------------------------------------------------------------------------------------------- weights

// All 65,536 values of float16: a look-up is faster than arithmetic. (export.py refuses infinite weights.)
const HALF = Float32Array.from({ length: 65536 }, (_, bits) => {
  const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = (bits & 1023) / 1024;
  return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
});

const READ = {
  F16: (buffer) => Float32Array.from(new Uint16Array(buffer), (bits) => HALF[bits]),
  F32: (buffer) => new Float32Array(buffer),
  U8: (buffer) => new Uint8Array(buffer),
};

/** Weights of 8 bits: each row has its own scale and offset. */
function dequantise(data, rows) {
  const out = new Float32Array(data.length), width = data.length / (rows.length / 2);
  for (let i = 0; i < out.length; i++) {
    const row = 2 * Math.floor(i / width);
    out[i] = rows[row] * data[i] + rows[row + 1];
  }
  return out;
}

/** A safetensors file, an ArrayBuffer, as a function: name -> {data, shape}, decoded at the first call. */
function openWeights(buffer) {
  const start = 8 + Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(String.fromCharCode(...new Uint8Array(buffer, 8, start - 8)));
  const decoded = {};
  const read = (name) => {
    const { dtype, data_offsets: [from, to] } = header[name];
    return READ[dtype](buffer.slice(start + from, start + to));
  };
  return (name) => {
    if (!header[name]) throw Error(`The weights have no tensor "${name}".`);
    return (decoded[name] ??= {
      data: header[`${name}.rows`] ? dequantise(read(name), read(`${name}.rows`)) : read(name),
      shape: header[name].shape,
    });
  };
}

// -------------------------------------------------------------------------------------------- layers

// A layer maps one example {data, shape}, `data` a typed array, and its options. There are no batches.
const product = (shape) => shape.reduce((a, b) => a * b, 1);
const each = (f) => ({ data, shape }) => ({ data: data.map(f), shape });

function dense({ data: x }, { weight: { data: w, shape: [rows, columns] }, bias }) {
  const out = new Float32Array(rows);
  for (let i = 0, k = 0; i < rows; i++) {
    let sum = bias.data[i];
    for (let j = 0; j < columns; j++, k++) sum += w[k] * x[j];
    out[i] = sum;
  }
  return { data: out, shape: [rows] };
}

// A convolution connects a small grid with a large one: position (y, x) of the small grid and position
// (y·stride − padding + i, x·stride − padding + j) of the large one share weight (i, j). The convolution
// gathers from large to small, the transposed one scatters from small to large. PyTorch's weight is (channels
// of the small, channels of the large, height, width) in both cases, so one function computes both.
const convolve = (transposed) => (x, { weight: { data: weights, shape: kernel }, bias, stride, padding }) => {
  const [smalls, larges, kh, kw] = kernel, [, inH, inW] = x.shape;
  const size = (n, k) =>
    transposed ? (n - 1) * stride - 2 * padding + k : Math.floor((n + 2 * padding - k) / stride) + 1;
  const shape = [transposed ? larges : smalls, size(inH, kh), size(inW, kw)], area = shape[1] * shape[2];
  const out = { data: new Float32Array(product(shape)), shape };
  bias.data.forEach((b, channel) => out.data.fill(b, channel * area, (channel + 1) * area));
  const [small, large] = transposed ? [x, out] : [out, x], S = small.data, L = large.data;
  const [, h, w] = small.shape, [, H, W] = large.shape;
  for (let a = 0, k = 0; a < smalls; a++)
    for (let b = 0; b < larges; b++)
      for (let i = 0; i < kh; i++)
        for (let j = 0; j < kw; j++, k++) {
          const weight = weights[k], first = Math.max(0, Math.ceil((padding - j) / stride));
          const last = Math.min(w - 1, Math.floor((W - 1 + padding - j) / stride));
          for (let y = 0, Y = i - padding; y < h; y++, Y += stride) {
            if (Y < 0 || Y >= H) continue;
            let s = (a * h + y) * w + first, l = (b * H + Y) * W + first * stride - padding + j;
            const end = s + last - first;
            if (transposed) for (; s <= end; s++, l += stride) L[l] += weight * S[s];
            else for (; s <= end; s++, l += stride) S[s] += weight * L[l];
          }
        }
  return out;
};

// Channels to blocks of r × r pixels, or back.
const shuffle = (back) => ({ data, shape: [c, h, w] }, { r }) => {
  const shape = back ? [c * r * r, h / r, w / r] : [c / (r * r), h * r, w * r];
  const [H, W] = back ? [h, w] : shape.slice(1), out = new Float32Array(data.length);
  for (let p = 0; p < data.length; p++) { // p: index in the image; q: index in the stack of channels
    const x = p % W, y = Math.floor(p / W) % H, channel = Math.floor(p / (W * H));
    const of = (channel * r + (y % r)) * r + (x % r);
    const q = (of * (H / r) + Math.floor(y / r)) * (W / r) + Math.floor(x / r);
    if (back) out[q] = data[p];
    else out[p] = data[q];
  }
  return { data: out, shape };
};

// A codebook: the vectors of a grid of tokens, (h, w) -> (d, h, w); the nearest tokens to a grid of vectors.
function embed({ data: tokens, shape }, { weight: { data: codebook, shape: [, d] } }) {
  const n = tokens.length, at = (i) => codebook[tokens[i % n] * d + Math.floor(i / n)];
  return { data: Float32Array.from({ length: d * n }, (_, i) => at(i)), shape: [d, ...shape] };
}

function nearest({ data: z, shape: [d, ...shape] }, { weight: { data: codebook } }) {
  const n = product(shape), data = new Float32Array(n);
  for (let p = 0; p < n; p++)
    for (let token = 0, best = Infinity; token * d < codebook.length; token++) {
      let distance = 0;
      for (let c = 0; c < d; c++) distance += (z[c * n + p] - codebook[token * d + c]) ** 2;
      if (distance < best) [best, data[p]] = [distance, token];
    }
  return { data, shape };
}

const LAYERS = {
  dense, embed, nearest,
  conv: convolve(false), deconv: convolve(true), shuffle: shuffle(false), unshuffle: shuffle(true),
  flatten: ({ data }) => ({ data, shape: [data.length] }),
  unflatten: ({ data }, { shape }) => ({ data, shape }),
  silu: each((v) => v / (1 + Math.exp(-v))),
  relu: each((v) => Math.max(v, 0)),
  leaky: (x, { slope }) => each((v) => (v < 0 ? slope * v : v))(x),
  sigmoid: each((v) => 1 / (1 + Math.exp(-v))),
  tanh: each(Math.tanh),
  clamp: (x, { low, high }) => each((v) => Math.min(Math.max(v, low), high))(x),
};

/** The network of a list of layers, as a function of a typed array and of its shape if it is not flat. */
function network(layers, get) {
  const ready = layers.map(({ kind, weight, bias, ...options }) => {
    if (!LAYERS[kind]) throw Error(`This page knows no layer "${kind}".`);
    return [LAYERS[kind], { ...options, weight: weight && get(weight), bias: bias && get(bias) }];
  });
  return (data, shape = [data.length]) =>
    ready.reduce((x, [layer, options]) => layer(x, options), { data, shape }).data;
}
