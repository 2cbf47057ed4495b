<?php

declare(strict_types=1);

// for those without Composer: `require '.../clients/php/autoload.php';`
spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Coursegen\\')) {
        $file = __DIR__ . '/src/' . strtr(substr($class, strlen('Coursegen\\')), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
