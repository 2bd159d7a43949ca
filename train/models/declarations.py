"""Every network of the source projects that is not a ready backbone, each declared once.

Where a project ends in a sigmoid or a two-way softmax, ours ends in one logit that is trained with
binary cross-entropy: the sigmoid moves into the loss, and a two-way softmax is the sigmoid of the
difference of its two logits.

Of `plain_cnn` and `three_block_cnn` the projects publish the kinds of layers and not all their
sizes; those here are common ones.
"""

from .notation import Declaration

# Convolutions that several of mytechnotalent's twenty networks share.
THREE_BLOCKS = "C32 R B P2 C64 R B P2 C128 R B P2 F"
FOUR_BLOCKS = "C32 R B P2 C64 R B P2 C128 R B P2 C256 R B P2 F"

# Number: padding, layers, published accuracy. Number 10 is number 8 (both .85).
MYTECHNOTALENT = {
    1: (
        "valid",
        "C16,4,1 L.01 B P2 C36,2,1 L.01 B P1 F D128 L.01 D64 L.01 D32 L.01",
        0.7909,
    ),
    2: ("valid", "C16,4,2 R B P2 C32,2,1 R B P1 F D128 R D64 R D32 R", 0.8214),
    3: (
        "valid",
        "C16,4,1 L.02 B P2 C32,2,1 L.02 B P1 F D128 L.02 D64 L.02 D32 L.02",
        0.8179,
    ),
    4: (
        "valid",
        "C16,4,1 L.01 B P2 C32,2,1 L.01 B P1 d.25 F D128 L.01 d.5 D64 L.01 D32 L.01",
        0.8252,
    ),
    5: ("same", f"{THREE_BLOCKS} D256 R d.5 D128 R d.5 D64 R", 0.8547),
    6: ("same", f"{FOUR_BLOCKS} D512 R d.5 D256 R d.5 D128 R", 0.8781),
    7: ("same", f"{THREE_BLOCKS} D256 R d.5 D128 R d.5 D64 R d.5 D32 R", 0.8512),
    8: ("same", f"{THREE_BLOCKS} D128 R d.5 D64 R", 0.8514),
    9: ("same", "C32 B R C64 B R C128 B R P2 F D256 B R d.5 D128 B R d.5", 0.7917),
    11: ("same", f"{FOUR_BLOCKS} D512 R d.5 D256 R d.5 D128 R d.5", 0.8703),
    12: ("same", f"{FOUR_BLOCKS} D512 R D256 R D128 R", 0.8573),
    13: ("same", f"{FOUR_BLOCKS} D512 R d.3 D256 R d.3 D128 R", 0.8912),
    14: ("same", f"{FOUR_BLOCKS} D512 R d.7 D256 R d.7 D128 R", 0.8832),
    15: ("same", f"{FOUR_BLOCKS} D512 R d.7 D256 R d.7 D128 R d.7 D64 R", 0.6010),
    16: ("same", f"{FOUR_BLOCKS} D512 R d.7 D256 R d.7 D64 R d.7", 0.8600),
    17: ("same", f"{FOUR_BLOCKS} D512 R d.9 D256 R d.9 D128 R", 0.5037),
    18: ("same", f"{FOUR_BLOCKS} D256 R d.5 D128 R d.5 D64 R", 0.8769),
    19: (
        "same",
        "C32 R B P2 C64 R B P2 C128 R B P1 C256 R B P1 C512 R B P2 F D512 R d.5 D256 R d.5 D128 R",
        0.8820,
    ),
    20: (
        "same",
        "C32 B L.01 C64 B L.01 P2 C128 B L.01 C256 B L.01 P2 F "
        "D512 B L.01 d.5 D256 B L.01 d.5 D128 B L.01",
        0.8590,
    ),
}

DECLARED = {
    "four_block_cnn": Declaration(MYTECHNOTALENT[6][1], scale=1 / 127.5, offset=-1.0),
    **{
        f"mytechnotalent_{number}": Declaration(
            layers, scale=1 / 127, padding=padding, published=accuracy
        )
        for number, (padding, layers, accuracy) in MYTECHNOTALENT.items()
    },
    "plain_cnn": Declaration("C32 R P2 C64 R P2 C128 R P2 F d.5 D128 R", scale=1 / 255),
    "three_block_cnn": Declaration("C32 B R P2 C64 B R P2 C128 B R P2 F D128 R", scale=1 / 255),
}

ALIASES = {"mytechnotalent_10": "mytechnotalent_8"}  # other names of the same network
PUBLISHED = {
    **{name: declaration.published for name, declaration in DECLARED.items()},
    "mytechnotalent_10": 0.8518,
}
