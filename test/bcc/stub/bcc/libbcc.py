# SPDX-License-Identifier: GPL-2.0-or-later
"""libbcc.py: hides bcc's shared library from bcc's own modules: every name in it is None."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
