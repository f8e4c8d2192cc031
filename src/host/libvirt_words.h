/* libvirt_words.h - what people called things, made fit to be printed. */
#ifndef LIBVIRT_WORDS_H
#define LIBVIRT_WORDS_H

/* One line of valid text, to be freed: whatever it says moves no cursor, changes no
 * colour, and looks like no line of ours. */
char *libvirt_words(const char *text);

#endif
