/*
 * The kernel's command line. One pass from left to right: each word is copied
 * without its quotes, split at its first '=' and given to all functions that
 * registered for the name. The grammar is Linux's, its quirks included: quotes
 * protect spaces anywhere in a word, but are taken away only around the whole
 * word or the whole value. Unlike Linux, which hands unknown words to init or to
 * a module that may come later, we know all our parameters and name the others.
 */
#include <lib/ctype.h>
#include <lib/kstrtox.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>

/* The linker's; weak because a program without parameters has no such section. */
extern const struct kernel_param *const __start___params[] __attribute__((weak));
extern const struct kernel_param *const __stop___params[] __attribute__((weak));

/* The word at hand: as it was typed, to report it, and cut into its parts. */
static char word[COMMAND_LINE_SIZE];
static char parts[COMMAND_LINE_SIZE];

/* Where the word that starts at text ends: at white space outside quotes. */
static const char *end_of_word(const char *text)
{
	bool quoted = false;

	for (; *text && (quoted || !isspace(*text)); text++) {
		if (*text == '"')
			quoted = !quoted;
	}
	return text;
}

/* Take a pair of quotes from around text, or a single one from before it. */
static char *unquote(char *text)
{
	size_t len = strlen(text);

	if (text[0] != '"')
		return text;
	if (len > 1 && text[len - 1] == '"')
		text[len - 1] = '\0';
	return text + 1;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	}
	return *a == *b;
}

/* Give parts[] to its functions. Returns the number of reports: 0 or 1 each. */
static unsigned int parse_word(const struct param_set *set)
{
	const struct kernel_param *const *param;
	unsigned int calls = 0, reports = 0;
	char *name = unquote(parts);
	char *value = strchr(name, '=');

	if (value) {
		*value = '\0';
		value = name == parts ? unquote(value + 1) : value + 1;
	}
	for (param = set->begin; param < set->end; param++) {
		if (!same_name((*param)->name, name))
			continue;
		calls++;
		if ((*param)->fn(value)) {
			set->malformed(*param, word);
			reports++;
		}
	}
	if (!calls) {
		set->unknown(word);
		reports++;
	}
	return reports;
}

unsigned int parse_params_with(const struct param_set *set, const char *cmdline)
{
	unsigned int reports = 0;
	const char *end;

	for (;; cmdline = end) {
		while (isspace(*cmdline))
			cmdline++;
		end = end_of_word(cmdline);
		if (end == cmdline)
			return reports;
		strlcpy(word, cmdline, min((size_t)(end - cmdline) + 1, sizeof(word)));
		if (!strcmp(word, "--"))
			return reports;
		memcpy(parts, word, sizeof(parts));
		reports += parse_word(set);
	}
}

static void report_unknown(const char *text)
{
	pr_notice("Unknown boot parameter \"%s\": ignored\n", text);
}

static void report_malformed(const struct kernel_param *param, const char *text)
{
	pr_warn("Malformed boot parameter \"%s\": ignored, expected %s\n", text,
	        param->expected);
}

unsigned int parse_params(const char *cmdline)
{
	const struct param_set set = {
	    .begin = __start___params,
	    .end = __stop___params,
	    .unknown = report_unknown,
	    .malformed = report_malformed,
	};

	return parse_params_with(&set, cmdline);
}

bool parse_size(const char *text, u64 *size)
{
	const char *end;
	u64 parsed;

	if (!text || !memparse_checked(text, &parsed, &end) || *end)
		return false;
	*size = parsed;
	return true;
}
