/*
 * What stands behind the host's <asm/io.h> and <asm/irqflags.h>.
 */
#include <asm/io.h>
#include <asm/irqflags.h>

const struct host_device *host_device;
bool host_irqs_off;
