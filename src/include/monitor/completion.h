/*
 * Tab completion, the part that knows nothing about what is completed: somebody
 * offers every candidate, the longest beginning that all matching ones share is
 * kept. Candidates are not stored, so there may be thousands of them.
 */
#ifndef MONITOR_COMPLETION_H
#define MONITOR_COMPLETION_H

#include <lib/types.h>

/* The longest candidate that is looked at in full. */
#define COMPLETION_MAX 127

struct completion {
	const char *word; /* what was typed */
	size_t word_len;
	size_t matches;                  /* candidates that begin with it */
	char common[COMPLETION_MAX + 1]; /* what they all begin with */
	size_t common_len;
	/* If not NULL: called for every match, to list them. */
	void (*list)(struct completion *c, const char *candidate);
	void *private; /* the lister's */
};

/* word has word_len bytes and need not be terminated. */
void completion_init(struct completion *c, const char *word, size_t word_len);

/* Consider a candidate; ignored unless it begins with the word. */
void completion_offer(struct completion *c, const char *candidate);

#endif
