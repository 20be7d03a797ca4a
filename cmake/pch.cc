// Carries the precompiled header that all rooms reuse; holds no code of its own.
