"""Checkers of 00_start_here."""

import torch

from helpers.exercises import example, grade


def check_squared_error(answer):
    """squared_error(x, reconstruction): (n, d), (n, d) -> the series' loss, a number."""
    x = example()
    r = x + 0.5 * example(seed=1).sin()
    e = (x - r).square()
    mistakes = {
        "you averaged over the pixels too; sum over them (dim 1), then average over the images.": e.mean(),
        "you summed over the images too; the loss is an average over them.": e.sum(),
        "you summed over the images (dim 0) and averaged over the pixels: swap the two.": e.sum(0).mean(),
        "that is a root of the error; leave it squared.":
            (e.sum(1).sqrt().mean(), e.mean().sqrt(), e.sum().sqrt(), e.sum(1).mean().sqrt()),
        "that is an absolute error; square the differences.": (x - r).abs().sum(1).mean(),
        "there is no factor ½ in this error.": e.sum(1).mean() / 2,
        "not every image has 784 pixels: sum over dim 1 instead of multiplying a mean.": e.mean() * 784,
        "square the differences before you sum over the pixels.": (x - r).sum(1).square().mean(),
        "the differences are not squared.": (x - r).sum(1).mean(),
        "square the differences before you average over the images.": (x - r).mean(0).square().sum(),
        "square the differences, do not subtract the squares.": (x**2 - r**2).sum(1).mean(),
        "a difference is needed: x − x_hat, not x + x_hat.": (x + r).square().sum(1).mean(),
        "x_hat is not used.": x.square().sum(1).mean(),
        "x is not used.": r.square().sum(1).mean(),
        "that is one error per image; average over the images.": e.sum(1),
        "that is one error per pixel: sum over the pixels (dim 1).": (e.sum(0), e.mean(0)),
        "you divided by the number of images twice.": e.sum(1).mean() / 12,
    }  # fmt: skip
    a, b = example(5, 4), example(5, 4, seed=3)
    second_case = (a, b), (a - b).square().sum() / 5
    grade(answer, (x, r), e.sum(1).mean(), mistakes, "A sum over pixels, a mean over images.", second_case)


def check_decode(answer):
    """decode(z, mean, components): (n, k), (d,), (k, d) -> (n, d)."""
    components = torch.linalg.qr(example(6, 6)).Q[:3]
    mean, z = example().mean(0), example(5, 3, seed=2) - 3
    expected = mean + z @ components
    mistakes = {
        "the mean image is missing: components are directions away from it.": z @ components,
        "the mean must be added: the encoder subtracted it.": z @ components - mean,
        "the sign of z is wrong: the code is added.": mean - z @ components,
        "you used the size of z without its sign.": mean + z.abs() @ components,
        "the mean is added to the image, not subtracted from the code.":
            (z - mean @ components.T) @ components,
        "the mean is added to the image, after the product, not to the code.":
            (z + mean @ components.T) @ components,
        "add the mean image, not the mean of its pixels.": z @ components + mean.mean(),
        "add the mean once.": expected + mean,
        "the first number of a code belongs to the first component.": mean + z.flip(1) @ components,
        "each number of a code multiplies its own component: you used one for all.":
            (mean + z[:, :1] * components.sum(0), mean + z.sum(1, keepdim=True) * components.sum(0)),
        "use every component, not the first alone.": mean + z[:, :1] @ components[:1],
        "every image needs its own code: you averaged the codes first.":
            (mean + z.mean(0) @ components).expand(5, -1),
    }  # fmt: skip
    one = torch.tensor([[2.0]]), torch.tensor([1.0, 0.0]), torch.tensor([[0.6, 0.8]])
    second_case, success = (one, torch.tensor([[2.2, 1.6]])), "This is the decoder behind the sliders."
    grade(answer, (z, mean, components), expected, mistakes, success, second_case)
