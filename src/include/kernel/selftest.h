/* The boot parameter selftest: run every test, switch off. */
#ifndef KERNEL_SELFTEST_H
#define KERNEL_SELFTEST_H

#include <lib/compiler.h>
#include <lib/types.h>

bool selftest_requested(void);

/* Run all tests, then switch the machine off, or panic if one failed. */
__noreturn void selftest_run(void);

#endif
