/*
 * Words on the monitor's line: a shell's quoting reduced to double quotes, and
 * the distance of Levenshtein (1966) by the usual dynamic programme with one
 * row, to propose the command that a person probably meant.
 */
#include <lib/string.h>
#include <lib/util.h>
#include <monitor/words.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_escaped(const char *at)
{
	return at[0] == '\\' && (at[1] == '"' || at[1] == '\\');
}

/*
 * Copy one word from *from to *to, both within the same line, to <= from.
 * false: a quote was left open.
 */
static bool copy_word(const char **from, char **to)
{
	bool quoted = false;

	for (; **from && (quoted || !is_blank(**from)); (*from)++) {
		if (**from == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && is_escaped(*from))
			(*from)++;
		*(*to)++ = **from;
	}
	return !quoted;
}

int words_split(char *line, char **argv, int max)
{
	const char *from = line;
	int argc = 0;

	for (;;) {
		char *to;
		bool more;

		while (is_blank(*from))
			from++;
		if (!*from)
			break;
		if (argc + 1 >= max)
			return WORDS_TOO_MANY;
		/* a word never gets longer, so this writes behind `from` only */
		to = line + (from - line);
		argv[argc++] = to;
		if (!copy_word(&from, &to))
			return WORDS_OPEN_QUOTE;
		more = *from != '\0';
		*to = '\0';
		if (!more)
			break;
		from++;
	}
	argv[argc] = NULL;
	return argc;
}

unsigned int words_distance(const char *a, const char *b)
{
	size_t len_a = strnlen(a, WORDS_DISTANCE_MAX + 1);
	size_t len_b = strnlen(b, WORDS_DISTANCE_MAX + 1);
	unsigned int row[WORDS_DISTANCE_MAX + 1];

	if (len_a > WORDS_DISTANCE_MAX || len_b > WORDS_DISTANCE_MAX)
		return WORDS_DISTANCE_MAX + 1;

	/* row[j]: the distance of the first i bytes of a to the first j of b */
	for (size_t j = 0; j <= len_b; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= len_a; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= len_b; j++) {
			unsigned int replace = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = min(replace, min(row[j], row[j - 1]) + 1);
		}
	}
	return row[len_b];
}
