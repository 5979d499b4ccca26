/*
 * Tab completion: the longest common beginning of all candidates that begin
 * with the typed word, kept while they pass by.
 *
 * Invariant once matches > 0: common is terminated, common_len <=
 * COMPLETION_MAX, and common begins with the word (as far as it fits).
 */
#include <lib/string.h>
#include <lib/util.h>
#include <monitor/completion.h>

void completion_init(struct completion *c, const char *word, size_t word_len)
{
	memset(c, 0, sizeof(*c));
	c->word = word;
	c->word_len = word_len;
}

static void keep_common(struct completion *c, const char *candidate)
{
	size_t i = 0;

	while (i < c->common_len && c->common[i] == candidate[i])
		i++;
	c->common_len = i;
	c->common[i] = '\0';
}

void completion_offer(struct completion *c, const char *candidate)
{
	if (strncmp(candidate, c->word, c->word_len) != 0)
		return;

	c->matches++;
	if (c->matches == 1) {
		strlcpy(c->common, candidate, sizeof(c->common));
		c->common_len = strlen(c->common);
	} else {
		keep_common(c, candidate);
	}
	if (c->list)
		c->list(c, candidate);
}
