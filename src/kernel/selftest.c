/* selftest: what a machine without a keyboard can be asked to do. */
#include <asm/reboot.h>
#include <kernel/selftest.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>

#ifdef CONFIG_TESTS
#include "ktest.h"
#define SELFTEST_SEED 1

static int run_all(void)
{
	return ktest_run(NULL, SELFTEST_SEED);
}
#else
static int run_all(void)
{
	pr_err("selftest: this kernel was built without its tests\n");
	return 1;
}
#endif

static bool requested;

static int __init selftest_param(const char *value)
{
	if (value)
		return -EINVAL;
	requested = true;
	return 0;
}
early_param("selftest", selftest_param, "selftest, without a value: test and switch off");

bool selftest_requested(void)
{
	return requested;
}

void selftest_run(void)
{
	int failed = run_all();

	if (failed)
		panic("selftest: %d tests failed", failed);
	pr_notice("selftest: all passed\n");
	machine_poweroff();
}
