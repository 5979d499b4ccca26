/* The preempt count and its hook; lib/preempt.h has the operations. */
#include <lib/preempt.h>

DEFINE_PER_CPU(unsigned int, preempt_count);
DEFINE_PER_CPU(bool, need_resched);

void (*preempt_schedule)(void);
