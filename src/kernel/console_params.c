/*
 * Boot parameters of the kernel's voice: loglevel=, quiet, console=. They are
 * looked at before all others, so that they hold for what those print.
 */
#include <kernel/console_params.h>
#include <lib/errno.h>
#include <lib/util.h>
#include <lib/params.h>
#include <lib/printk.h>

#define LOGLEVEL_QUIET 4 /* errors and worse */
#define LOGLEVEL_MAX   8 /* everything */

static int loglevel_param(const char *value)
{
	u64 level;

	if (!parse_size(value, &level) || level > LOGLEVEL_MAX)
		return -EINVAL;
	console_loglevel = (int)level;
	return 0;
}
early_param("loglevel", loglevel_param, "loglevel=N, 0 to 8: show messages below level N");

static int quiet_param(const char *value)
{
	if (value)
		return -EINVAL;
	console_loglevel = LOGLEVEL_QUIET;
	return 0;
}
early_param("quiet", quiet_param, "quiet, without a value: show errors only");

/* Consoles exist by now; the first one named takes over from all. */
static int console_param(const char *value)
{
	return value && console_select(value) ? 0 : -EINVAL;
}
early_param("console", console_param, "console=ttyS0 or console=tty0");

static const struct kernel_param voice[] = {
	{"loglevel", loglevel_param, ""}, {"quiet", quiet_param, ""},
	{"console", console_param, ""}};

/* What is wrong here is said when all parameters are parsed. */
static void say_later(const char *word)
{
	(void)word;
}

static void malformed_later(const struct kernel_param *param, const char *word)
{
	(void)param, (void)word;
}

void parse_console_params(const char *cmdline)
{
	const struct kernel_param *const params[] = {&voice[0], &voice[1], &voice[2]};
	const struct param_set set = {params, params + ARRAY_SIZE(params), say_later,
				      malformed_later};

	parse_params_with(&set, cmdline);
}
