/*
 * Data of which each CPU has its own. There is one CPU today, so each variable is
 * an array of one; whoever goes through these names needs no change for more.
 * (Linux 2.6.24: include/asm-generic/percpu.h has the same names.)
 */
#ifndef LIB_PERCPU_H
#define LIB_PERCPU_H

#include <asm/smp.h>

#define DECLARE_PER_CPU(type, name) extern type per_cpu__##name[NR_CPUS]
#define DEFINE_PER_CPU(type, name)  type per_cpu__##name[NR_CPUS]

/* That CPU's; and this CPU's: the caller may not change over to another one while
 * it uses it, so preemption is off, or only one CPU ever runs the caller. */
#define per_cpu(name, cpu)   (per_cpu__##name[cpu])
#define __get_cpu_var(name)  per_cpu(name, smp_processor_id())

#endif
