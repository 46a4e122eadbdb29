"""Wrong positional encodings and windows over positions, next to the right ones."""

import torch

from kireji.testing.expect import Diagnosis


def window_mistakes(
    center: torch.Tensor, length: int, sigma: float, right: torch.Tensor
) -> dict[str, torch.Tensor]:
    """{what the student did: the window (B, T_q, length) it gives}"""
    positions = torch.arange(length, dtype=torch.float64)
    away = positions - center.unsqueeze(-1)

    def bell(away: torch.Tensor) -> torch.Tensor:
        return torch.exp(-(away**2) / (2 * sigma**2))

    return {
        Diagnosis(
            "window_normalised",
            "the window is normalised over the positions: it should be 1 at its centre",
        ): right / right.sum(dim=-1, keepdim=True),
        Diagnosis(
            "window_density", "the window is a probability density: it should be 1 at its centre"
        ): right / (sigma * (2 * torch.pi) ** 0.5),
        Diagnosis("window_softmax", "the window is put through a softmax"): (
            torch.softmax(right, dim=-1)
        ),
        Diagnosis(
            "window_without_2", "the factor 2 is left out: the exponent is divided by 2 sigma^2"
        ): torch.exp(-(away**2) / sigma**2),
        Diagnosis(
            "window_2_squared", "the factor 2 is squared with sigma: (2 sigma)^2 is 4 sigma^2"
        ): (torch.exp(-(away**2) / (2 * sigma) ** 2)),
        Diagnosis(
            "window_half_product",
            "the exponent is multiplied by sigma^2: x / 2 * sigma**2 is not x / (2 * sigma**2)",
        ): torch.exp(-(away**2) / 2 * sigma**2),
        Diagnosis("window_sigma_not_squared", "sigma is not squared"): (
            torch.exp(-(away**2) / (2 * sigma))
        ),
        Diagnosis("window_sigma_unused", "sigma is not used"): torch.exp(-(away**2) / 2),
        Diagnosis("window_distance_not_squared", "the distance is not squared"): (
            torch.exp(-away.abs() / (2 * sigma**2))
        ),
        Diagnosis(
            "window_of_absolute_distance",
            "the exponent is the distance divided by sigma, not its square by 2 sigma^2",
        ): torch.exp(-away.abs() / sigma),
        Diagnosis(
            "window_grows", "the minus is missing: the window grows away from its centre"
        ): torch.exp(away**2 / (2 * sigma**2)),
        Diagnosis("window_without_exp", "the exponential is left out"): -(away**2) / (2 * sigma**2),
        Diagnosis("positions_from_one", "positions are counted from 1, not from 0"): bell(away + 1),
        Diagnosis("window_centre_rounded", "the centre is rounded to a whole position"): (
            bell(positions - center.round().unsqueeze(-1))
        ),
        Diagnosis("window_centre_cut", "the centre is cut to a whole position"): (
            bell(positions - center.floor().unsqueeze(-1))
        ),
        Diagnosis(
            "window_half_length", "sigma is half the length, as if it were not given"
        ): torch.exp(-(away**2) / (2 * (length / 2) ** 2)),
        Diagnosis("window_one_minus", "the window is 1 minus the Gaussian"): 1 - right,
    }


def encoding_mistakes(length: int, d_model: int) -> dict[str, torch.Tensor]:
    """{what the student did: the encoding (T, d_model) it gives}"""
    t = torch.arange(length, dtype=torch.float64).unsqueeze(1)
    i = torch.arange(d_model // 2, dtype=torch.float64)

    def interleaved(angles, first=torch.sin, second=torch.cos):
        return torch.stack([first(angles), second(angles)], dim=-1).flatten(1)

    angles = t / 10000 ** (2 * i / d_model)
    return {
        Diagnosis(
            "encoding_in_halves", "sines and cosines are in two halves, not interleaved"
        ): torch.cat([angles.sin(), angles.cos()], dim=1),
        Diagnosis(
            "encoding_cosine_first", "sine and cosine are exchanged: the even features are sines"
        ): interleaved(angles, torch.cos, torch.sin),
        Diagnosis("encoding_all_sines", "every feature is a sine"): interleaved(
            angles, torch.sin, torch.sin
        ),
        Diagnosis("positions_from_one", "positions are counted from 1, not from 0"): interleaved(
            (t + 1) / 10000 ** (2 * i / d_model)
        ),
        Diagnosis(
            "encoding_exponent_without_2", "the exponent is i / d_model: the factor 2 is left out"
        ): interleaved(t / 10000 ** (i / d_model)),
        Diagnosis(
            "encoding_exponent_2_twice", "the exponent is 4i / d_model: the factor 2 counts twice"
        ): interleaved(t / 10000 ** (4 * i / d_model)),
        Diagnosis("encoding_base", "the base is 1000 instead of 10000"): interleaved(
            t / 1000 ** (2 * i / d_model)
        ),
        Diagnosis(
            "encoding_angles_multiplied",
            "the angles are multiplied by 10000^(...) instead of divided",
        ): interleaved(t * 10000 ** (2 * i / d_model)),
        Diagnosis(
            "encoding_own_frequencies",
            "each feature has a frequency of its own: a sine and its cosine should share one",
        ): (
            torch.where(
                torch.arange(d_model) % 2 == 0,
                (t / 10000 ** (torch.arange(d_model) / d_model)).sin(),
                (t / 10000 ** (torch.arange(d_model) / d_model)).cos(),
            )
        ),
        Diagnosis(
            "encoding_angles_only", "the sine and the cosine are left out: the angles are returned"
        ): interleaved(angles, torch.clone, torch.clone),
        Diagnosis(
            "encoding_of_features", "positions and frequencies are exchanged in the angles"
        ): interleaved((i + 1) / 10000 ** (2 * t / d_model)),
        Diagnosis(
            "encoding_exponential_of_10000",
            "the frequencies are exp(-2i / d_model): the base 10000 is left out",
        ): interleaved(t * torch.exp(-2 * i / d_model)),
        Diagnosis("encoding_all_cosines", "every feature is a cosine"): interleaved(
            angles, torch.cos, torch.cos
        ),
    }
