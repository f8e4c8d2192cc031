/* memory_text.h - the lines of a sample that tell of memory. */
#ifndef MEMORY_TEXT_H
#define MEMORY_TEXT_H

#include "text.h"

/* Nothing, where nothing is told. */
void memory_format(const SampleMemory *memory, GString *out);
void cells_format(const GArray *cells, GString *out);

/* Each reads its line, and goes on to the next. */
void memory_read(Text *text, const Topology *topology, SampleMemory *out);
/* One more line of them, for @cells. */
void cell_read(Text *text, const Topology *topology, GArray *cells);

#endif
