#include "sparse.h"
void sparse_guess_prices(Sparse *s)
{
    (void)s;
}
