# The plans that the program brings, each a file here of that name.
set(IPCMARK_PLANS quick default rigorous server logging notifier)
