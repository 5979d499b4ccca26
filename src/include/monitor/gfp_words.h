/*
 * GFP flags as a person types them.
 */
#ifndef MONITOR_GFP_WORDS_H
#define MONITOR_GFP_WORDS_H

#include <mm/gfp.h>

/*
 * Or the flags of a word into *gfp: a name of <mm/gfp.h> with or without GFP_ or
 * __GFP_ in front, in any case, or several with "|" between them: "GFP_KERNEL",
 * "highuser", "GFP_ATOMIC|__GFP_ZERO". Returns NULL, or the first name that is
 * none (it points into word and ends at "|" or at the end); *gfp is then
 * undefined.
 */
const char *gfp_parse(const char *word, gfp_t *gfp);

/* The names, in the order of <mm/gfp.h>; NULL behind the last one. */
const char *gfp_name(unsigned int i);

#endif
