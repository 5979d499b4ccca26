"""The machines that the pictures are made of: as few as will do."""

from k896.draw.ask import Boot

MAIN = Boot("4G")
STEPS = Boot("4G", "initcall_debug bootmem=debug", counted=True)
THREADS = Boot("64M", counted=True)
MEMBLOCK = Boot("1G", "bootmem=memblock highpte=on")
DEBUG = Boot("64M", "cma=16M debug_pagealloc=on debug_guardpage_minorder=2")
SLAB, SLUB, SLOB = (Boot("16M", preset=preset) for preset in ("default", "slub", "slob"))
