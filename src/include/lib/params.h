/*
 * Boot parameters: the words of the kernel's command line, each given to the
 * function that registered for its name. The grammar is Linux's: words are
 * separated by white space, a word is NAME or NAME=VALUE, double quotes protect
 * spaces, '-' and '_' in a name are the same, and what comes after the word
 * "--" is not for the kernel.
 *
 * Nothing here sleeps; parse_params() is for the boot, one caller at a time.
 */
#ifndef LIB_PARAMS_H
#define LIB_PARAMS_H

#include <lib/compiler.h>
#include <lib/types.h>

/* Bytes that a command line can have, its NUL included. */
#define COMMAND_LINE_SIZE 4096

struct kernel_param {
	const char *name;
	/* value: NULL if there is no '='; valid during the call only. Returns 0, or
	 * -EINVAL if it is malformed; nothing must have changed then. */
	int (*fn)(const char *value);
	const char *expected; /* what comes after "NAME=", or NAME alone: for people */
};

/*
 * Register at file level: early_param("mem", mem_param, "mem=SIZE[KMG]");
 * The section holds pointers: an array of structs could be padded.
 */
#define early_param(name_, fn_, expected_)                                             \
	EARLY_PARAM(name_, fn_, expected_, __COUNTER__)
#define EARLY_PARAM(name_, fn_, expected_, n_) EARLY_PARAM_(name_, fn_, expected_, n_)
#define EARLY_PARAM_(name_, fn_, expected_, n_)                                        \
	static const struct kernel_param early_param_##n_ = {name_, fn_, expected_};   \
	static const struct kernel_param *const early_param_ptr_##n_ __used __section( \
	    "__params") = &early_param_##n_

/*
 * Call the registered function for each word, in their order; a name that is
 * registered twice calls both. An unknown or malformed word is reported, with
 * what was expected, and ignored. Returns the number of words so reported.
 */
unsigned int parse_params(const char *cmdline);

/* The same with any table and any voice, for tests and for the command lines of
 * modules. */
struct param_set {
	const struct kernel_param *const *begin;
	const struct kernel_param *const *end;
	/* `word` is the parameter as it was typed. */
	void (*unknown)(const char *word);
	void (*malformed)(const struct kernel_param *param, const char *word);
};

unsigned int parse_params_with(const struct param_set *set, const char *cmdline);

/*
 * All of text as a size: a number as C spells it (0x1f, 017, 15) with an optional
 * suffix K M G T P E, in either case. false if it is not one, does not fit into
 * 64 bits, or text is NULL; *size is unchanged then.
 */
bool parse_size(const char *text, u64 *size);

#endif
