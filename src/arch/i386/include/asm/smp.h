/* How many CPUs the kernel is configured for, and which one runs this. */
#ifndef ASM_SMP_H
#define ASM_SMP_H

#define NR_CPUS 1

static inline unsigned int smp_processor_id(void)
{
	return 0;
}

#endif
