"""Checkers of 03_linear_autoencoder."""

import torch

from helpers.exercises import example, grade


def check_principal_angles(answer):
    """principal_angles(a, b): (d, k), (d, k) -> (k,) degrees, largest first."""
    a, b = example(7, 3), example(7, 3, seed=3).sin()
    qa, qb = torch.linalg.qr(a).Q, torch.linalg.qr(b).Q
    cosines = torch.linalg.svdvals(qa.T @ qb).clamp(max=1)
    expected = cosines.acos().rad2deg().flip(0)
    raw = torch.linalg.svdvals(a.T @ b)
    unit = torch.linalg.svdvals((a / a.norm(dim=0)).T @ (b / b.norm(dim=0))).clamp(max=1)
    mistakes = {
        "the columns must be made orthonormal first (torch.linalg.qr): these are not cosines.":
            raw.clamp(max=1).acos().rad2deg().flip(0),
        "unit length is not enough: the columns must be orthogonal too (torch.linalg.qr).":
            unit.acos().rad2deg().flip(0),
        "in degrees, please.": cosines.acos().flip(0),
        "these are the cosines; take acos.": cosines,
        "largest first: flip the order.": expected.flip(0),
        "in degrees, please, and the largest first.": cosines.acos(),
        "compare the spans, not column with column: the singular values of Qaᵀ Qb.":
            (qa * qb).sum(0).clamp(-1, 1).acos().rad2deg(),
    }  # fmt: skip
    grade(answer, (a, b), expected, mistakes, "Any other basis of the same spans gives the same angles.")


def check_recover(answer):
    """recover(decoder): (d, k) decoder of a regularised linear AE -> (d, k), PCs in columns, any signs."""
    u = torch.linalg.qr(example(7, 3)).Q
    v = torch.linalg.qr(example(3, 3, seed=4)).Q
    scales = torch.tensor([3.0, 2.0, 1.0])
    w = u * scales @ v.T
    mistakes = {
        "those are the decoder's columns; a rotation of the latent space still mixes the PCs.": w,
        "QR makes the columns orthonormal but does not unmix them; use the SVD.":
            torch.linalg.qr(w).Q,
        "those are the right singular vectors, which are in latent space; take the left ones.": v,
        "the right components, but as rows: put them into columns.": u.T,
        "the largest singular value comes first; eigh sorts the other way round.": u.flip(1),
        "the columns have length 1 but are still mixtures; use the SVD.": w / w.norm(dim=0),
        "do not scale by the singular values: PCs have length 1.": (u * scales),
        "only the first k left singular vectors are needed: full_matrices=False.":
            torch.linalg.svd(w).U,
    }  # fmt: skip
    success_message = "Weight decay left nothing but a rotation, and the SVD undid it."
    grade(answer, (w,), u, mistakes, success_message, free_signs=True)
