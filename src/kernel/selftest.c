/* selftest: what a machine without a keyboard can be asked to do. Nothing that is
 * typed decides when something happens, so under preempt_jitter= on an emulator that
 * counts instructions all of it comes again, and the digest tells. */
#include <asm/reboot.h>
#include <kernel/selftest.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <sched/jitter.h>

#define SUITE_NAME_MAX 32

static bool requested;
static char suite[SUITE_NAME_MAX]; /* empty: all */

#ifdef CONFIG_TESTS
#include "ktest.h"
#define SELFTEST_SEED 1

static int run_tests(void)
{
	return ktest_run(suite[0] ? suite : NULL, SELFTEST_SEED);
}
#else
static int run_tests(void)
{
	pr_err("selftest: this kernel was built without its tests\n");
	return 1;
}
#endif

static int __init selftest_param(const char *value)
{
	if (value && (!*value || strlen(value) >= sizeof(suite)))
		return -EINVAL;
	strlcpy(suite, value ? value : "", sizeof(suite));
	requested = true;
	return 0;
}
early_param("selftest", selftest_param, "selftest[=SUITE], test and switch off");

bool selftest_requested(void)
{
	return requested;
}

static void tell_jitter(void)
{
	struct jitter_state jitter = jitter_state();

	if (jitter_on())
		pr_notice("selftest: jitter digest %08x after %lu intervals\n",
			  jitter.digest, jitter.intervals);
}

void selftest_run(void)
{
	int failed = run_tests();

	tell_jitter();
	if (failed < 0)
		panic("selftest: there is no suite %s", suite);
	if (failed)
		panic("selftest: %d tests failed", failed);
	pr_notice("selftest: all passed\n");
	machine_poweroff();
}
