/*
 * GFP flags as a person types them: the names of <mm/gfp.h>. Without their
 * prefixes they are still distinct but for DMA, where both mean the same.
 */
#include <lib/ctype.h>
#include <lib/string.h>
#include <lib/util.h>
#include <monitor/gfp_words.h>

static const struct {
	const char *name;
	gfp_t gfp;
} flags[] = {
	{"__GFP_DMA", __GFP_DMA},
	{"__GFP_HIGHMEM", __GFP_HIGHMEM},
	{"__GFP_WAIT", __GFP_WAIT},
	{"__GFP_HIGH", __GFP_HIGH},
	{"__GFP_IO", __GFP_IO},
	{"__GFP_FS", __GFP_FS},
	{"__GFP_COLD", __GFP_COLD},
	{"__GFP_NOWARN", __GFP_NOWARN},
	{"__GFP_REPEAT", __GFP_REPEAT},
	{"__GFP_NOFAIL", __GFP_NOFAIL},
	{"__GFP_NORETRY", __GFP_NORETRY},
	{"__GFP_COMP", __GFP_COMP},
	{"__GFP_ZERO", __GFP_ZERO},
	{"__GFP_NOMEMALLOC", __GFP_NOMEMALLOC},
	{"__GFP_RECLAIMABLE", __GFP_RECLAIMABLE},
	{"__GFP_MOVABLE", __GFP_MOVABLE},
	{"GFP_NOWAIT", GFP_NOWAIT},
	{"GFP_ATOMIC", GFP_ATOMIC},
	{"GFP_NOIO", GFP_NOIO},
	{"GFP_NOFS", GFP_NOFS},
	{"GFP_KERNEL", GFP_KERNEL},
	{"GFP_USER", GFP_USER},
	{"GFP_HIGHUSER", GFP_HIGHUSER},
	{"GFP_HIGHUSER_MOVABLE", GFP_HIGHUSER_MOVABLE},
	{"GFP_DMA", GFP_DMA},
};

#define PREFIX "GFP_"

static bool is_name(const char *word, size_t len, const char *name)
{
	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (toupper(word[i]) != name[i])
			return false;
	return true;
}

static bool parse_one(const char *word, size_t len, gfp_t *gfp)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		const char *bare = strstr(flags[i].name, PREFIX) + strlen(PREFIX);

		if (is_name(word, len, flags[i].name) || is_name(word, len, bare)) {
			*gfp |= flags[i].gfp;
			return true;
		}
	}
	return false;
}

const char *gfp_parse(const char *word, gfp_t *gfp)
{
	for (;;) {
		size_t len = strcspn(word, "|");

		if (!parse_one(word, len, gfp))
			return word;
		if (!word[len])
			return NULL;
		word += len + 1;
	}
}

const char *gfp_name(unsigned int i)
{
	return i < ARRAY_SIZE(flags) ? flags[i].name : NULL;
}
