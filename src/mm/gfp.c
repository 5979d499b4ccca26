/* A mask in words, as Linux prints it: the composite that says the most, then what
 * it leaves. */
#include <lib/util.h>
#include <lib/vsprintf.h>
#include <mm/gfp.h>

#define NAME(flag)                                                                     \
	{                                                                              \
		flag, #flag                                                            \
	}

/* The larger composites before those that they contain. */
static const struct {
	gfp_t mask;
	const char *name;
} names[] = {
    NAME(GFP_HIGHUSER_MOVABLE),
    NAME(GFP_HIGHUSER),
    NAME(GFP_KERNEL),
    NAME(GFP_NOFS),
    NAME(GFP_NOIO),
    NAME(GFP_ATOMIC),
    NAME(__GFP_WAIT),
    NAME(__GFP_IO),
    NAME(__GFP_FS),
    NAME(GFP_DMA),
    NAME(__GFP_HIGHMEM),
    NAME(__GFP_COLD),
    NAME(__GFP_NOWARN),
    NAME(__GFP_REPEAT),
    NAME(__GFP_NOFAIL),
    NAME(__GFP_NORETRY),
    NAME(__GFP_COMP),
    NAME(__GFP_ZERO),
    NAME(__GFP_NOMEMALLOC),
    NAME(__GFP_RECLAIMABLE),
    NAME(__GFP_MOVABLE),
};

size_t gfp_text(gfp_t gfp, char *buf, size_t size)
{
	size_t len = 0;

	if (!gfp)
		return (size_t)scnprintf(buf, size, "GFP_NOWAIT");
	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if ((gfp & names[i].mask) != names[i].mask)
			continue;
		len += (size_t)scnprintf(buf + len, size - len, "%s%s", len ? "|" : "",
		                         names[i].name);
		gfp &= ~names[i].mask;
	}
	if (gfp)
		len += (size_t)scnprintf(buf + len, size - len, "%s%#x", len ? "|" : "",
		                         gfp);
	return len;
}
