"""gdb commands that show a stopped k896: page tables, zones, blocks, slabs, areas.

Everything is read from the machine's memory by the types in the kernel's debugging
information; nothing is called in the kernel, so it may be stopped anywhere, or have
panicked. What is found there may be wrong: every list has a bound and every pointer
is tried, and what cannot be right raises target.Broken with the place.

    target    memory, variables, lists
    paging    the walk of an address, all mappings
    regions   what the kernel uses an address for
    zones     zones and the buddy system's free lists
    slab      the object allocators
    vmalloc   areas
    frame     one page frame
    commands  the words that one types
"""
