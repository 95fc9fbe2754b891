"""Checkers of 14_td_vae."""

import torch

from helpers.exercises import example, grade


def check_td_loss(answer):
    """td_loss(x2, z2_jump, z1_belief, z2_belief, z1_smoother): log-densities, (n,) each -> the loss."""
    terms = tuple(example(6, 5).T)
    x2, z2_jump, z1_belief, z2_belief, z1_smoother = terms
    bound = x2 + z2_jump + z1_belief - z2_belief - z1_smoother
    expected = -bound.mean()
    mistakes = {
        "the sign: minus the bound, since a loss is minimised.": bound.mean(),
        "a mean over the sequences, not a sum.": -bound.sum(),
        "one number: average over the sequences.": -bound,
        "the smoother is missing.": expected - z1_smoother.mean(),
        "the late belief, from which z₂ was sampled, is missing.": expected - z2_belief.mean(),
        "the transition is missing.": expected + z2_jump.mean(),
        "the early belief, the prior of z₁, is missing.": expected + z1_belief.mean(),
        "the reconstruction of x₂ is missing.": expected + x2.mean(),
        "both variational densities are in the denominator: subtract their logarithms.": -sum(terms).mean(),
        "the smoother is in the denominator: subtract its logarithm.": expected - 2 * z1_smoother.mean(),
        "the late belief is in the denominator: subtract its logarithm.": expected - 2 * z2_belief.mean(),
    }
    second_case = (torch.tensor([[1.0], [2], [4], [8], [16]]).unbind(0)), 17.0
    grade(answer, terms, expected, mistakes, "Three model densities, two variational ones.", second_case)


def check_kalman_step(answer):
    """kalman_step(m, P, x, A, Q, C, R): (n, 2), (2, 2), (n, 1), … -> the belief one step on, m and P."""
    A, Q = torch.tensor([[0.8, -0.5], [0.4, 0.7]]), torch.tensor([[0.3, 0.1], [0.1, 0.2]])
    C, R, P = torch.tensor([[1.0, 0.5]]), torch.tensor([[0.4]]), torch.tensor([[0.6, -0.2], [-0.2, 0.9]])
    m, x = example(2, 2), example(2, 1, seed=1)

    def step(m, P, x, A, Q, gain=1, noise=1, predicted=True):
        m2, P2 = m @ A.T, A @ P @ A.T + Q
        K = gain * P2 @ C.T / (C @ P2 @ C.T + noise * R)
        seen = (m2 if predicted else m) @ C.T
        return torch.stack([m2 + (x - seen) @ K.T, P2 - K @ C @ P2])

    expected = step(m, P, x, A, Q)
    m2, P2 = m @ A.T, A @ P @ A.T + Q
    not_updated, from_old = expected.clone(), expected.clone()
    not_updated[1], from_old[1] = P2, P - P2 @ C.T / (C @ P2 @ C.T + R) @ C @ P
    mistakes = {
        "this is only the prediction: now correct it by x.": torch.stack([m2, P2]),
        "this is only the correction: predict by A and Q first.": step(m, P, x, torch.eye(2), 0 * Q),
        "the noise Q of the step is missing.": step(m, P, x, A, 0 * Q),
        "the noise R of the observation is missing in the gain.": step(m, P, x, A, Q, noise=0),
        "compare x with the observation predicted from the new mean, not the old one.": step(
            m, P, x, A, Q, predicted=False
        ),
        "the covariance must shrink by the observation.": not_updated,
        "the covariance that shrinks is the predicted one, not the old.": from_old,
        "A on the wrong side: the rows of m are the states, m @ A.T.": step(m, P, x, A.T, Q),
        "the sign of the gain: the mean moves towards x, and P shrinks.": step(m, P, x, A, Q, gain=-1),
    }

    def both(*inputs):
        result = answer(*inputs)
        return list(result) if isinstance(result, tuple) else result

    grade(both, (m, P, x, A, Q, C, R), expected, mistakes, "Predict, then correct.")


def check_accumulated_noise_cov(answer):
    """accumulated_noise_cov(A, Q, delta): (q, q) each, int -> covariance of the noise after delta steps."""
    A, Q = torch.tensor([[0.8, -0.5], [0.4, 0.7]]), torch.tensor([[0.3, 0.1], [0.1, 0.2]])
    powers = [torch.linalg.matrix_power(A, i) for i in range(5)]
    each = [B @ Q @ B.T for B in powers]
    expected = sum(each[:4])
    mistakes = {
        "older noise is transformed by A: not delta times the same.": 4 * Q,
        "all of the noises, not the oldest alone.": each[3],
        "one step too far: the powers run from 0 to delta − 1.": sum(each),
        "the newest noise is missing: the powers start at 0.": sum(each[1:5]),
        "one step too few.": sum(each[:3]),
        "a covariance is transformed from both sides: B Q Bᵀ.": sum(B @ Q for B in powers[:4]),
        "the transpose is missing: B Q Bᵀ.": sum(B @ Q @ B for B in powers[:4]),
        "the transpose is on the wrong side.": sum(B.T @ Q @ B for B in powers[:4]),
        "a sum of the noises, not a mean.": expected / 4,
    }
    second_case = (torch.tensor([[0.5]]), torch.tensor([[2.0]]), 2), torch.tensor([[2.5]])
    grade(answer, (A, Q, 4), expected, mistakes, "Each noise, transformed once per later step.", second_case)
