"""What the hidden tests of this assignment call, for tests/graders/test_odd_values.py."""

from tests.graders.odd_names import OddNames

NAMES = OddNames(
    "dot_product_attention scaled_dot_product_attention gaussian_window causal_mask"
    " positional_encoding softmax_gradient_norm build_attention predict compare plot_accuracy",
    "GeneralAttention LocationAttention SelfAttention MultiHeadAttention",
    "models",
    {
        "GeneralAttention": "lambda self, d_q, d_k: dict(W=nn.Linear(d_k, d_q, bias=False))",
        "LocationAttention": (
            "lambda self, d_q, longest: dict(W=nn.Linear(d_q, longest, bias=False))"
        ),
        "SelfAttention": (
            "lambda self, d, d_k: {name: nn.Linear(d, d_k, bias=False) for name in ('W_q',"
            " 'W_k', 'W_v')}"
        ),
        "MultiHeadAttention": (
            "lambda self, d, H: {name: nn.Linear(d, d) for name in ('W_q', 'W_k', 'W_v', 'W_o')}"
        ),
    },
)
